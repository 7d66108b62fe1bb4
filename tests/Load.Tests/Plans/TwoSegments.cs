using System.Buffers;

namespace FastRegistry.Load.Tests.Plans;

/// <summary>A sequence of two segments, as a frame that was received in two pieces.</summary>
internal sealed class TwoSegments : ReadOnlySequenceSegment<byte>
{
    private TwoSegments(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    public static ReadOnlySequence<byte> Of(byte[] bytes, int cut)
    {
        TwoSegments first = new(bytes.AsMemory(0, cut), 0);
        TwoSegments second = new(bytes.AsMemory(cut), cut);
        first.Next = second;
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }
}
