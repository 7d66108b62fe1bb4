using System.Buffers.Binary;

namespace FastRegistry.Wire.Framing;

/// <summary>Body of a ping.</summary>
/// <remarks>
/// <code>
///  byte  0                 8
///      +-----------------+-----------------+
///      | token, u64      | acknowledged    |
///      +-----------------+-----------------+
/// </code>
/// </remarks>
/// <param name="Token">Anything; the pong gives it back. The client sends its own clock to measure the round trip.</param>
/// <param name="AcknowledgedPush">Highest push sequence the sender has taken in, 0 = none: an ack that costs nothing.</param>
public readonly record struct PingBody(ulong Token, ulong AcknowledgedPush)
{
    /// <summary>Bytes of the encoded body.</summary>
    public const int Size = 2 * sizeof(ulong);

    /// <summary>Writes the body to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], AcknowledgedPush);
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Token);
    }

    /// <summary>Reads a body of exactly <see cref="Size"/> bytes.</summary>
    public static PingBody Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
}
