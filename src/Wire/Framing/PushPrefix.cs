using System.Buffers.Binary;

namespace FastRegistry.Wire.Framing;

/// <summary>First bytes of a push body. They differ per connection, what follows them is shared by all receivers.</summary>
/// <remarks>
/// <code>
///  byte  0                 8                              16
///      +-----------------+------------------------------+------------
///      | sequence, u64   | changed at, i64 Unix µs      | message ...
///      +-----------------+------------------------------+------------
/// </code>
/// </remarks>
/// <param name="Sequence">1, 2, 3, … in the order the pushes are written to this connection.</param>
/// <param name="ChangedAtMicroseconds">Time of the change the push reports, Unix microseconds by the node's clock; 0 = unknown.</param>
public readonly record struct PushPrefix(ulong Sequence, long ChangedAtMicroseconds)
{
    /// <summary>Bytes of the encoded prefix.</summary>
    public const int Size = sizeof(ulong) + sizeof(long);

    /// <summary>Writes the prefix to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], ChangedAtMicroseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Sequence);
    }

    /// <summary>Reads a prefix from at least <see cref="Size"/> bytes.</summary>
    public static PushPrefix Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadInt64LittleEndian(source[8..]));
}
