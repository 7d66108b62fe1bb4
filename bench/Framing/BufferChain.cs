using System.Buffers;

namespace FastRegistry.Bench.Framing;

/// <summary>Lays bytes out in segments, as a pipe does when they arrive in pieces.</summary>
internal sealed class BufferChain : ReadOnlySequenceSegment<byte>
{
    private BufferChain(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    public static ReadOnlySequence<byte> Create(byte[] bytes, int segmentBytes)
    {
        BufferChain first = new(bytes.AsMemory(0, Math.Min(segmentBytes, bytes.Length)), 0);
        BufferChain last = first;
        for (int offset = segmentBytes; offset < bytes.Length; offset += segmentBytes)
        {
            BufferChain next = new(bytes.AsMemory(offset, Math.Min(segmentBytes, bytes.Length - offset)), offset);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
