using System.Buffers;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Load.Memory.Peers;

/// <summary>Takes whatever comes and answers a few bytes; one for all connections without a session.</summary>
internal sealed class PongHandler : IConnectionHandler
{
    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        replies.WritePong(new PongBody(1));
        return new ReceiveResult(received.End, received.End);
    }

    public void OnDrained()
    {
    }

    public void OnClosed(CloseReason reason)
    {
    }
}
