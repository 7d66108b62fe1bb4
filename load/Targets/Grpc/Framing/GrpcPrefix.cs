using System.Buffers;
using System.Buffers.Binary;

namespace FastRegistry.Load.Targets.Grpc.Framing;

/// <summary>What gRPC puts before every message: one byte "compressed" (always 0 here) and the length of the message, big-endian.</summary>
internal static class GrpcPrefix
{
    public const int Size = 1 + sizeof(uint);

    public static void Write(Span<byte> destination, int messageBytes)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)messageBytes);
    }

    /// <summary>Length of the message behind the prefix; -1 when it is compressed or longer than an array can be.</summary>
    public static int Read(ReadOnlySpan<byte> source)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(source[1..]);
        return source[0] != 0 || length > int.MaxValue - Size ? -1 : (int)length;
    }

    /// <summary>As the other, from the first bytes of at least <see cref="Size"/>.</summary>
    public static int Read(in ReadOnlySequence<byte> source)
    {
        if (source.FirstSpan.Length >= Size)
        {
            return Read(source.FirstSpan);
        }

        Span<byte> prefix = stackalloc byte[Size];
        source.Slice(0, Size).CopyTo(prefix);
        return Read(prefix);
    }
}
