using System.Buffers;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Load.Memory.Peers;

/// <summary>Takes whatever comes and answers a few bytes; one for all connections without a session.</summary>
/// <remarks>Called by pool threads, of several connections at once.</remarks>
internal sealed class PongHandler : IConnectionHandler
{
    private int _closed;

    /// <summary>Connections that have ended.</summary>
    public int Closed => Volatile.Read(ref _closed);

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        replies.WritePong(new UInt64Body(1));
        return new ReceiveResult(received.End, received.End);
    }

    public void OnDrained()
    {
    }

    public void OnClosed(CloseReason reason) => Interlocked.Increment(ref _closed);
}
