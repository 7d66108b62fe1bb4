using System.Buffers;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport;

/// <summary>The seam between a transport and a session: the transport pushes what it receives, the session answers into a batch.</summary>
/// <remarks>
/// Threading contract. <see cref="OnReceived"/> and <see cref="OnClosed"/> are the receive path: entered by one thread at a time, in order, on a
/// thread the transport chooses (a pool or loop thread). They never block, take no lock that is held over I/O and run no user code. Work that is
/// not O(1) goes to a worker, which answers through <see cref="Connection.Send"/>. <see cref="OnDrained"/> and <see cref="OnStalled"/> come from whoever
/// was sending and may run beside the receive path.
/// </remarks>
public interface IConnectionHandler
{
    /// <summary>Bytes have arrived.</summary>
    /// <param name="received">All bytes not consumed so far, at least one of them new. Valid during the call only.</param>
    /// <param name="replies">Takes the answers; spliced into the outbound chain and flushed once, after the call.</param>
    ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies);

    /// <summary>The output was above its high-water mark and has drained.</summary>
    void OnDrained();

    /// <summary>The output stands still: the transport takes nothing more until the peer has read some. Comes once per wait, not per send, from whoever was
    /// sending; must be short.</summary>
    void OnStalled()
    {
    }

    /// <summary>More waits to be sent than the hard limit allows: the handler may say why before it ends the connection. Comes with every append beyond the limit,
    /// from whoever appends, for the frame that says why too; must be short.</summary>
    /// <returns>True when the handler ends the connection; false: the connection is aborted.</returns>
    bool OnOverHardLimit() => false;

    /// <summary>The connection is gone. Called exactly once, last; nothing can be sent any more.</summary>
    void OnClosed(CloseReason reason);
}
