using System.Buffers;
using System.Net;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport;

/// <summary>One connection of any transport: an outbound chain, a handler, and the state that ends it exactly once.</summary>
/// <remarks>
/// Created by a listener or connector, owned by its handler after <see cref="Start"/>. <see cref="Send"/>, <see cref="TryPush"/> and the two close
/// methods may be called from any thread. A derived transport supplies the I/O: it receives, calls <see cref="Deliver"/>, and sends what
/// <see cref="OutboundChain.TryTake"/> hands it.
/// </remarks>
public abstract class Connection
{
    // Who holds the receive path. Waiting: the transport's next completion enters it. Paused: the output must drain first.
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Paused = 2;
    private const int Ended = 3;

    private CloseReason? _closeReason;
    private bool _aborted;
    private int _receiveState = Running;

    /// <summary>Creates a connection that does nothing until <see cref="Start"/>.</summary>
    protected Connection(TransportResources resources)
    {
        Outbound = resources.CreateChain();
    }

    /// <summary>The other end, where the transport has such a thing.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>What waits to be sent.</summary>
    public OutboundChain Outbound { get; }

    /// <summary>Whether it stops receiving while its output is behind, so that a peer that does not read its answers cannot ask for more. Default true.
    /// Only one end may: two that both wait for the other to read wait for ever. The end that connects sets false, before <see cref="Start"/>; its
    /// handler then examines everything it is given.</summary>
    public bool PausesWhenBehind { get; set; } = true;

    /// <summary>True when the buffers of all connections together use more memory than they may: nothing large should be waited for.</summary>
    public bool IsMemoryShort => Resources.Blocks.RentedBytes > Resources.MaximumBlockBytes;

    /// <summary>Whether the peer has sent something that was not read yet, as while the output is behind; true also where the transport cannot tell. Any thread.</summary>
    public virtual bool HasUnreadInput => true;

    /// <summary>Why the connection ended or is ending; null while it is open.</summary>
    public CloseReason? CloseReason => Volatile.Read(ref _closeReason);

    /// <summary>The pools this connection draws from.</summary>
    protected internal TransportResources Resources => Outbound.Resources;

    /// <summary>The session; set by <see cref="Start"/>.</summary>
    protected IConnectionHandler? Handler { get; private set; }

    /// <summary>True while nothing may be received because the output is behind.</summary>
    protected bool IsHeldUp => PausesWhenBehind && Outbound.IsBehind;

    /// <summary>True once the connection is to end without sending what is left.</summary>
    protected bool IsAborted => Volatile.Read(ref _aborted);

    /// <summary>Begins to receive.</summary>
    public void Start(IConnectionHandler handler)
    {
        Handler = handler;
        StartReceiving();
    }

    /// <summary>Appends one frame and sends it. For control frames and the answers of workers; batches go through the handler's batch writer.</summary>
    /// <param name="header">Its header; the length must be that of prefix and body together.</param>
    /// <param name="prefix">Copied.</param>
    /// <param name="sharedBody">Linked by reference; must never change.</param>
    public AppendOutcome Send(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> sharedBody = default)
    {
        AppendOutcome outcome = Outbound.Append(header, prefix, sharedBody, out bool start);
        return AfterAppend(outcome, start);
    }

    /// <summary>Appends all frames of a batch made outside the receive path and sends them.</summary>
    public void SendBatch(BatchWriter batch)
    {
        bool start = Outbound.Splice(batch);
        AfterAppend(AppendOutcome.Appended, start);
    }

    /// <summary>Appends a push unless the connection is behind.</summary>
    /// <param name="header">Its header; the length must be that of prefix and body together.</param>
    /// <param name="changedAtMicroseconds">Time of the change, for the prefix.</param>
    /// <param name="sharedBody">Linked by reference; must never change.</param>
    /// <param name="sequence">The push's number on this connection; 0 when it was not appended.</param>
    public AppendOutcome TryPush(in FrameHeader header, long changedAtMicroseconds, ReadOnlyMemory<byte> sharedBody, out ulong sequence)
    {
        AppendOutcome outcome = Outbound.AppendPush(header, changedAtMicroseconds, sharedBody, out sequence, out bool start);
        return AfterAppend(outcome, start);
    }

    /// <summary>A writer to collect several frames in before <see cref="SendBatch"/>. Give it back with <see cref="ReturnBatch"/>.</summary>
    public BatchWriter RentBatch() => Resources.RentBatch();

    /// <summary>Gives a writer back; what is still in it is dropped.</summary>
    public void ReturnBatch(BatchWriter batch) => Resources.Return(batch);

    /// <summary>Ends the connection now; what has not been sent is dropped. The first reason wins.</summary>
    public void Abort(CloseReason reason)
    {
        Interlocked.CompareExchange(ref _closeReason, reason, null);
        Volatile.Write(ref _aborted, true);
        CloseTransport();
        if (Outbound.Complete())
        {
            StartSending();
        }

        ResumeReceiving();
    }

    /// <summary>Sends what is queued, then closes. Nothing more can be appended. The caller bounds the time by <see cref="Abort"/>.</summary>
    public void CloseAfterSending(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, reason, null) is not null)
        {
            return;
        }

        if (Outbound.Complete())
        {
            StartSending();
        }

        ResumeReceiving();
    }

    /// <summary>Begins to receive; called once.</summary>
    protected abstract void StartReceiving();

    /// <summary>Becomes the active sender: takes from the chain until <see cref="OutboundChain.TryTake"/> returns false.</summary>
    protected abstract void StartSending();

    /// <summary>Closes the underlying resource so that pending operations end. May be called more than once.</summary>
    protected abstract void CloseTransport();

    /// <summary>Enters the receive path again, on a thread of the transport's choice; the caller may be anyone.</summary>
    protected abstract void ContinueReceiving();

    /// <summary>The receive path waits for the transport; its completion must call <see cref="ResumeFromWait"/>.</summary>
    protected void BeginWait() => Volatile.Write(ref _receiveState, Waiting);

    /// <summary>The transport has something; the caller now holds the receive path.</summary>
    protected void ResumeFromWait() => Volatile.Write(ref _receiveState, Running);

    /// <summary>Leaves the receive path because the output is behind. False: it has drained meanwhile, go on.</summary>
    protected bool TryPause()
    {
        // Full fence between the store and the reads: either this thread sees the drain, or the drainer sees Paused.
        Interlocked.Exchange(ref _receiveState, Paused);
        bool goOn = !IsHeldUp || CloseReason is not null;
        return !(goOn && Interlocked.CompareExchange(ref _receiveState, Running, Paused) == Paused);
    }

    /// <summary>Goes on receiving if the output held it up. Any thread.</summary>
    protected void ResumeReceiving()
    {
        if (Interlocked.CompareExchange(ref _receiveState, Running, Paused) == Paused)
        {
            ContinueReceiving();
        }
    }

    /// <summary>Gives a buffer to the handler and splices its answers.</summary>
    /// <returns>What was consumed and examined.</returns>
    protected ReceiveResult Deliver(in ReadOnlySequence<byte> buffer)
    {
        BatchWriter replies = Resources.RentBatch();
        try
        {
            ReceiveResult result = Handler!.OnReceived(buffer, replies);
            if (replies.Bytes > 0 && Outbound.Splice(replies))
            {
                StartSending();
            }

            if (result.Close is not null)
            {
                CloseAfterSending(result.Close);
            }

            return result;
        }
#pragma warning disable CA1031 // Whatever a handler throws must end this connection only; the reason carries it to the log.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Abort(new CloseReason(CloseKind.HandlerFault, Text: fault.Message, Fault: fault));
            return new ReceiveResult(buffer.End, buffer.End);
        }
        finally
        {
            Resources.Return(replies);
        }
    }

    /// <summary>A send has to wait for the peer. Called by the active sender.</summary>
    protected void ReportStalled() => Handler?.OnStalled();

    /// <summary>Accounts for bytes that were sent and lets the other paths go on when the connection has drained.</summary>
    protected void AccountSent(long bytes)
    {
        if (!Outbound.Sent(bytes))
        {
            return;
        }

        try
        {
            Handler?.OnDrained();
        }
#pragma warning disable CA1031 // The thread belongs to the transport or to some other connection's caller; neither may suffer for it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Abort(new CloseReason(CloseKind.HandlerFault, Text: fault.Message, Fault: fault));
        }

        ResumeReceiving();
    }

    /// <summary>Tells the handler that it is over, once; called on the receive path, which ends with it.</summary>
    protected void NotifyClosed()
    {
        if (Interlocked.Exchange(ref _receiveState, Ended) == Ended)
        {
            return;
        }

        CloseReason reason = Interlocked.CompareExchange(ref _closeReason, CloseReason.Aborted, null) ?? CloseReason.Aborted;
        try
        {
            Handler?.OnClosed(reason);
        }
#pragma warning disable CA1031 // Nothing is left to close; escaping from a pool thread, it would end the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _closeReason, reason with { Fault = reason.Fault ?? fault });
        }
    }

    private AppendOutcome AfterAppend(AppendOutcome outcome, bool startSending)
    {
        if (startSending)
        {
            StartSending();
        }

        if (Outbound.IsOverHardLimit)
        {
            Abort(CloseReason.Sent(GoAwayReason.SlowConsumer, $"more than {Resources.Limits.HardBytes} bytes wait to be read"));
        }

        return outcome;
    }
}
