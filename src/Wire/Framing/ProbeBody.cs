using System.Buffers.Binary;

namespace FastRegistry.Wire.Framing;

/// <summary>Body of a detection probe: a node has not heard from a client and asks before it ejects it.</summary>
/// <param name="Token">Anything; the pong gives it back.</param>
public readonly record struct ProbeBody(ulong Token)
{
    /// <summary>Bytes of the encoded body: one u64.</summary>
    public const int Size = sizeof(ulong);

    /// <summary>Writes the body to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64LittleEndian(destination, Token);

    /// <summary>Reads a body of exactly <see cref="Size"/> bytes.</summary>
    public static ProbeBody Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt64LittleEndian(source));
}
