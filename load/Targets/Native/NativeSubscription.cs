using System.Buffers;
using FastRegistry.Load.Scenarios;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Targets.Native;

/// <summary>A subscription that only counts what comes: lists and differences of lists go to its sink, but for the first, which its caller waits for.</summary>
internal sealed class NativeSubscription(IPushSink sink, TargetStatistics statistics) : INativeSubscriber
{
    private readonly AwaitedSink _sink = new(sink);

    public IPushSink Sink => _sink.Sink;

    public Task<LoadResult> FirstList => _sink.FirstList;

    public void Take(MessageType type, in ReadOnlySequence<byte> message, long receivedAt)
    {
        if (type is MessageType.SnapshotPush or MessageType.DeltaPush)
        {
            _sink.Arrived(message, receivedAt);
        }
        else if (type == MessageType.EndedPush)
        {
            string status = StatusTexts.OfEndedSubscription(message);
            if (!_sink.Fail(status))
            {
                // Its subscriber waits for changes that will never come.
                statistics.Losses.Count(status);
            }
        }
    }

    public void ConnectionEnded() => _sink.Fail(TargetStatus.ConnectionLost);
}
