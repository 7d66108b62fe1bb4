using System.Buffers;
using System.Collections.Concurrent;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Targets.Harness;

/// <summary>Keeps what was pushed.</summary>
internal sealed class RecordingSink : IPushSink
{
    private readonly ConcurrentQueue<(byte[] List, long ReceivedAt)> _arrived = new();

    public IReadOnlyList<(byte[] List, long ReceivedAt)> Arrived => [.. _arrived];

    void IPushSink.Arrived(in ReadOnlySequence<byte> list, long receivedAt) => _arrived.Enqueue((list.ToArray(), receivedAt));
}
