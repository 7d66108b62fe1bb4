using System.Buffers;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary>Counts pushes and looks no further. Any thread.</summary>
internal sealed class CountingSink : IPushSink
{
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Arrived(in ReadOnlySequence<byte> list, long receivedAt) => Interlocked.Increment(ref _count);
}
