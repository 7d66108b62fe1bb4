using System.Buffers;
using System.Collections.Concurrent;
using FastRegistry.Load.Targets;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Load.Tests.Baseline;

/// <summary>Keeps what is pushed.</summary>
internal sealed class ReceivedLists : IPushSink
{
    private readonly ConcurrentQueue<Snapshot> _lists = new();

    public void Arrived(in ReadOnlySequence<byte> list, long receivedAt) => _lists.Enqueue(Snapshot.Parser.ParseFrom(list));

    /// <summary>Waits until the newest list holds exactly these ports.</summary>
    public Task WaitAsync(params int[] ports) => BaselineFixture.EventuallyAsync(
        () => _lists.LastOrDefault() is { } last && PortsOf(last).SequenceEqual(ports),
        () => $"lists that came: {string.Join(" | ", _lists.Select(static list => string.Join(",", PortsOf(list))))}");

    private static IEnumerable<int> PortsOf(Snapshot list) => list.Instances.Select(static instance => (int)instance.Port).Order();
}
