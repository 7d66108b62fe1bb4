using System.Buffers.Binary;

namespace FastRegistry.Wire.Framing;

/// <summary>Body of an ack, and the prefix that <see cref="FrameFlags.CarriesAck"/> announces.</summary>
/// <param name="Sequence">Highest push sequence taken in; all lower ones are acknowledged with it.</param>
public readonly record struct AckBody(ulong Sequence)
{
    /// <summary>Bytes of the encoded body: one u64.</summary>
    public const int Size = sizeof(ulong);

    /// <summary>Writes the body to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64LittleEndian(destination, Sequence);

    /// <summary>Reads a body of exactly <see cref="Size"/> bytes.</summary>
    public static AckBody Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt64LittleEndian(source));
}
