using System.Buffers;

namespace FastRegistry.Load.Targets;

/// <summary>Takes what is pushed to a subscriber.</summary>
internal interface IPushSink
{
    /// <summary>A list, or what of it has changed, has arrived; on the connection's receiving thread, must not block or throw.</summary>
    /// <param name="list">The encoded list or difference of lists; valid during the call only.</param>
    /// <param name="receivedAt">Stopwatch timestamp of its arrival, taken once per batch of received bytes.</param>
    void Arrived(in ReadOnlySequence<byte> list, long receivedAt);
}
