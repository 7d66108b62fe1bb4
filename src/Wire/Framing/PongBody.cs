using System.Buffers.Binary;

namespace FastRegistry.Wire.Framing;

/// <summary>Body of a pong.</summary>
/// <param name="Token">The token of the ping or probe it answers.</param>
public readonly record struct PongBody(ulong Token)
{
    /// <summary>Bytes of the encoded body: one u64.</summary>
    public const int Size = sizeof(ulong);

    /// <summary>Writes the body to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64LittleEndian(destination, Token);

    /// <summary>Reads a body of exactly <see cref="Size"/> bytes.</summary>
    public static PongBody Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt64LittleEndian(source));
}
