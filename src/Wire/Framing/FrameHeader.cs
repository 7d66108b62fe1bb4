using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace FastRegistry.Wire.Framing;

/// <summary>The fixed 16 bytes in front of every frame body. All integers are little-endian.</summary>
/// <remarks>
/// <code>
///  byte  0       1       2       3       4       5       6       7
///      +-------------------------------+-------+-------+-------+-------+
///      |  body length, u32             |version| kind  | flags | type  |
///      +-------------------------------+-------+-------+-------+-------+
///      |  correlation id, u64, opaque to the receiver                  |
///      +---------------------------------------------------------------+
///  byte  8       9       10      11      12      13      14      15
/// </code>
/// The length counts the body only. It is compared with <see cref="WireLimits.MaximumBodyBytes"/> before anything is buffered; a negative
/// number is a very large unsigned one and fails the same comparison.
/// </remarks>
/// <param name="BodyLength">Bytes that follow the header.</param>
/// <param name="Kind">What the frame is.</param>
/// <param name="Flags">Modifiers, see <see cref="FrameFlags"/>.</param>
/// <param name="Type">Which message the body holds; <see cref="MessageType.None"/> where the kind says it all.</param>
/// <param name="CorrelationId">Chosen by the requester and given back unchanged; for a push the subscription id.</param>
public readonly record struct FrameHeader(uint BodyLength, FrameKind Kind, FrameFlags Flags, MessageType Type, ulong CorrelationId)
{
    /// <summary>Bytes of an encoded header: u32 + 4 × u8 + u64.</summary>
    public const int Size = sizeof(uint) + (4 * sizeof(byte)) + sizeof(ulong);

    /// <summary>Version in every header this build writes.</summary>
    public const byte CurrentVersion = 1;

    private const int VersionOffset = 4;

    /// <summary>Writes the header to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter than <see cref="Size"/>.</exception>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], CorrelationId);
        destination[7] = (byte)Type;
        destination[6] = (byte)Flags;
        destination[5] = (byte)Kind;
        destination[VersionOffset] = CurrentVersion;
        BinaryPrimitives.WriteUInt32LittleEndian(destination, BodyLength);
    }

    /// <summary>Reads a header from at least <see cref="Size"/> bytes, without judging kind, flags or length.</summary>
    /// <param name="source">The encoded header.</param>
    /// <param name="version">The version byte as found.</param>
    public static FrameHeader Read(ReadOnlySpan<byte> source, out byte version)
    {
        version = source[VersionOffset];
        return new FrameHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source),
            (FrameKind)source[5],
            (FrameFlags)source[6],
            (MessageType)source[7],
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
    }

    /// <summary>Reads a header from the start of <paramref name="source"/>, which may lie in several segments.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static FrameHeader Read(in ReadOnlySequence<byte> source, out byte version)
    {
        ReadOnlySpan<byte> first = source.FirstSpan;
        return first.Length >= Size ? Read(first, out version) : ReadSegmented(source, out version);
    }

    private static FrameHeader ReadSegmented(in ReadOnlySequence<byte> source, out byte version)
    {
        Span<byte> header = stackalloc byte[Size];
        source.Slice(0, Size).CopyTo(header);
        return Read(header, out version);
    }
}
