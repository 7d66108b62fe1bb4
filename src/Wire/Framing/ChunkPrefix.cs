using System.Buffers.Binary;

namespace FastRegistry.Wire.Framing;

/// <summary>First bytes of a chunk body: which stream it belongs to and what the whole will be.</summary>
/// <remarks>
/// <code>
///  byte  0               4       5       6       7       8
///      +---------------+-------+-------+-------+-------+-----------------+----------
///      | stream, u32   | kind  | flags | type  |   0   | total, u64      | piece ...
///      +---------------+-------+-------+-------+-------+-----------------+----------
/// </code>
/// Kind, flags, type and total describe the frame that was cut and are the same in every chunk of a stream; its correlation id is the one in the
/// chunk's own header. The pieces in order are its body.
/// </remarks>
/// <param name="StreamId">Unique among the open streams of one direction of one connection.</param>
/// <param name="Kind">Kind of the frame that was cut: a response or a push.</param>
/// <param name="Flags">Flags of the frame that was cut.</param>
/// <param name="Type">Message type of the frame that was cut.</param>
/// <param name="TotalBytes">Length of its whole body.</param>
public readonly record struct ChunkPrefix(uint StreamId, FrameKind Kind, FrameFlags Flags, MessageType Type, ulong TotalBytes)
{
    /// <summary>Bytes of the encoded prefix.</summary>
    public const int Size = 16;

    /// <summary>Writes the prefix to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], TotalBytes);
        destination[7] = 0;
        destination[6] = (byte)Type;
        destination[5] = (byte)Flags;
        destination[4] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(destination, StreamId);
    }

    /// <summary>Reads a prefix from at least <see cref="Size"/> bytes.</summary>
    public static ChunkPrefix Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(source),
        (FrameKind)source[4],
        (FrameFlags)source[5],
        (MessageType)source[6],
        BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
}
