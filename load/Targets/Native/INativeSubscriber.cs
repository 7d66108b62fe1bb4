using System.Buffers;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Targets.Native;

/// <summary>Takes what is pushed for one subscription of a native connection; on its receive path, must not block or throw.</summary>
internal interface INativeSubscriber
{
    /// <summary>A push has been taken in.</summary>
    /// <param name="type">Which message it is; also one that this side does not know.</param>
    /// <param name="message">The message, without the prefix; valid during the call only.</param>
    /// <param name="receivedAt">Stopwatch timestamp of its arrival, taken once per batch of received bytes.</param>
    void Take(MessageType type, in ReadOnlySequence<byte> message, long receivedAt);

    /// <summary>The connection has ended: nothing comes any more.</summary>
    void ConnectionEnded();
}
