using System.Buffers.Binary;

namespace FastRegistry.Wire.Framing;

/// <summary>Body of a credit frame: stream u32, additional bytes u32.</summary>
/// <param name="StreamId">The stream that may go on. An unknown one (it may have just ended) is ignored.</param>
/// <param name="AdditionalBytes">Bytes that may be sent on top of what was allowed before.</param>
public readonly record struct CreditBody(uint StreamId, uint AdditionalBytes)
{
    /// <summary>Bytes of the encoded body.</summary>
    public const int Size = 2 * sizeof(uint);

    /// <summary>Writes the body to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], AdditionalBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, StreamId);
    }

    /// <summary>Reads a body of exactly <see cref="Size"/> bytes.</summary>
    public static CreditBody Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadUInt32LittleEndian(source[4..]));
}
