using System.Buffers;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>Chunks as a peer would send them.</summary>
internal static class ChunkFrames
{
    public const ulong Correlation = 42;

    public static ChunkPrefix Prefix(uint stream, long total, FrameKind kind = FrameKind.Response) =>
        new(stream, kind, FrameFlags.None, MessageType.Query, (ulong)total);

    public static Frame Chunk(in ChunkPrefix prefix, ReadOnlySpan<byte> piece, bool last, ulong correlation = Correlation)
    {
        byte[] body = new byte[ChunkPrefix.Size + piece.Length];
        prefix.Write(body);
        piece.CopyTo(body.AsSpan(ChunkPrefix.Size));
        FrameFlags flags = last ? FrameFlags.EndOfStream : FrameFlags.None;
        return new Frame(new FrameHeader((uint)body.Length, FrameKind.Chunk, flags, MessageType.None, correlation), new ReadOnlySequence<byte>(body));
    }

    public static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
