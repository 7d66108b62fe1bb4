using System.Buffers;
using System.Net;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport;

/// <summary>One connection of any transport: a receive path, an outbound chain, a handler, and the state that ends it exactly once.</summary>
/// <remarks>
/// <para>
/// Owner and lifetime: a listener or connector creates it; from <see cref="Start"/> on its handler owns it, until the handler's last call,
/// <see cref="IConnectionHandler.OnClosed"/>. A connection that is never started must be aborted, because nothing else closes what is below it.
/// </para>
/// <para>
/// Threads: <see cref="Send"/>, <see cref="SendBatch"/>, <see cref="TryPush"/>, <see cref="Abort"/> and <see cref="CloseAfterSending"/> are thread-safe. The
/// receive path (<see cref="ReceiveUntilDrained"/> and the hooks below it) is entered by one thread at a time; <c>_receiveState</c> says who holds it.
/// Sending is done by one thread at a time too, the one that <see cref="OutboundChain"/> made the active sender. The two paths may run side by side.
/// </para>
/// <para>
/// Locks: only the chain's own, which is never held over I/O or a call of the handler.
/// </para>
/// <para>
/// Bounds: above the high-water mark of its output a connection stops receiving (<see cref="PausesAboveHighWaterMark"/>) and refuses pushes; above the hard
/// limit it ends (<see cref="IConnectionHandler.OnOverHardLimit"/>). Idle, it holds no buffer.
/// </para>
/// <para>
/// A transport derives one sealed class. It supplies the I/O: the receive path's hooks, and a sender that sends what <see cref="OutboundChain.TryTake"/>
/// hands it.
/// </para>
/// </remarks>
public abstract partial class Connection
{
    // Who holds the receive path. Waiting: the transport's next completion enters it. Paused: the output must drain first.
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Paused = 2;
    private const int Ended = 3;

    private CloseReason? _closeReason;
    private bool _aborted;
    private bool _isInputHeld;
    private int _receiveState = Running;

    /// <summary>Creates a connection that does nothing until <see cref="Start"/>.</summary>
    private protected Connection(TransportResources resources)
    {
        Outbound = new OutboundChain(resources);
    }

    /// <summary>The other end, where the transport has such a thing.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>What waits to be sent.</summary>
    public OutboundChain Outbound { get; }

    /// <summary>Pauses receiving while the output is above its high-water mark, so that a peer that does not read its answers cannot ask for more. Default
    /// true. Enable it on one end only; if both ends pause, they deadlock. The end that connects sets false, before <see cref="Start"/>; its handler then
    /// examines everything it is given.</summary>
    public bool PausesAboveHighWaterMark { get; set; } = true;

    /// <summary>True when the buffers of all connections together use more memory than they may: nothing large should be waited for.</summary>
    public bool IsMemoryShort => Resources.Blocks.RentedBytes > Resources.MaximumBlockBytes;

    /// <summary>Whether the peer has sent something that was not read yet, as while receiving is paused; true also where the transport cannot tell.
    /// Thread-safe.</summary>
    public virtual bool HasUnreadInput => true;

    /// <summary>Why the connection ended or is ending; null while it is open.</summary>
    public CloseReason? CloseReason => Volatile.Read(ref _closeReason);

    /// <summary>The pools this connection draws from.</summary>
    protected internal TransportResources Resources => Outbound.Resources;

    /// <summary>The session; set by <see cref="Start"/>.</summary>
    private protected IConnectionHandler? Handler { get; private set; }

    /// <summary>True once the connection is to end without sending what is left.</summary>
    private protected bool IsAborted => Volatile.Read(ref _aborted);

    /// <summary>Whether the handler may get more now: the connection is not closing and its output is not above the high-water mark.</summary>
    private protected bool CanDeliver => CloseReason is null && !MustPauseReceiving;

    /// <summary>Receives one turn may do before it lets other connections have the thread.</summary>
    private protected abstract int ReceivesPerTurn { get; }

    private bool MustPauseReceiving => Volatile.Read(ref _isInputHeld) || (PausesAboveHighWaterMark && Outbound.IsAboveHighWaterMark);

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

    /// <summary>Appends all frames of a batch, the last of which ends a push that went out as a stream.</summary>
    /// <returns>The number of that push on this connection; 0 when the connection is closing.</returns>
    public ulong SendBatchEndingPush(BatchWriter batch)
    {
        bool start = Outbound.Splice(batch, endsPush: true, out ulong sequence);
        AfterAppend(AppendOutcome.Appended, start);
        return sequence;
    }

    /// <summary>Whether <see cref="HoldInput"/> is in force. Thread-safe.</summary>
    public bool IsInputHeld => Volatile.Read(ref _isInputHeld);

    /// <summary>Pauses receiving until <see cref="ResumeInput"/>: what has arrived and is not consumed is given to the handler again then. Receive path; the handler
    /// returns what it has not examined.</summary>
    public void HoldInput() => Volatile.Write(ref _isInputHeld, true);

    /// <summary>Ends <see cref="HoldInput"/>. Thread-safe.</summary>
    public void ResumeInput()
    {
        // Full fence between the store and the look at the receive state: either this thread finds it paused, or the receive path sees that nothing holds it.
        Interlocked.Exchange(ref _isInputHeld, false);
        ResumeReceiving();
    }

    /// <summary>Appends a push unless the output is above its high-water mark.</summary>
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

    /// <summary>Begins to receive; called once.</summary>
    private protected abstract void StartReceiving();

    /// <summary>Enters the receive path again, on a thread of the transport's choice. The caller may be any thread.</summary>
    private protected abstract void ContinueReceiving();

    /// <summary>Hook of the receive loop: gives the handler what the transport still holds for it, by <see cref="Deliver"/>, until nothing of it is new to the
    /// handler or <see cref="CanDeliver"/> is false.</summary>
    /// <returns>False when it stopped because of <see cref="CanDeliver"/>: something may be left.</returns>
    private protected virtual bool DeliverUnconsumedInput() => true;

    /// <summary>Hook of the receive loop: one receive that does not block. What it brings goes to the handler, or away when the connection is
    /// closing.</summary>
    /// <returns>True when it has emptied the source, so that asking again would only cost a system call.</returns>
    private protected abstract bool ReceiveOnce();

    /// <summary>Hook of the receive loop: calls <see cref="BeginWait"/> and has the transport enter the receive path when there is input.</summary>
    /// <returns>False when there is input already: the caller goes on receiving.</returns>
    private protected abstract bool TryWaitForInput();

    /// <summary>Becomes the active sender: takes from the chain until <see cref="OutboundChain.TryTake"/> returns false.</summary>
    private protected abstract void StartSending();

    /// <summary>The receive path waits for the transport; its completion must call <see cref="ResumeFromWait"/>.</summary>
    private protected void BeginWait() => Volatile.Write(ref _receiveState, Waiting);

    /// <summary>The transport has something; the caller now holds the receive path.</summary>
    private protected void ResumeFromWait() => Volatile.Write(ref _receiveState, Running);

    /// <summary>The receive path: receives until nothing is there, the output must drain, the turn is over or the connection ends. The caller holds the
    /// path.</summary>
    /// <returns>True when it has paused: the drain of the output calls <see cref="ContinueReceiving"/>.</returns>
    private protected bool ReceiveUntilDrained()
    {
        try
        {
            return RunReceiveLoop();
        }
#pragma warning disable CA1031 // Such as positions from a handler that are not in its buffer. The thread serves others too: it must cost this connection only.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            FailReceiving(fault);
            return false;
        }
    }

    /// <summary>Gives a buffer to the handler and splices its answers.</summary>
    /// <returns>What was consumed and examined.</returns>
    private protected ReceiveResult Deliver(in ReadOnlySequence<byte> buffer)
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
    private protected void ReportStalled() => Handler?.OnStalled();

    /// <summary>Accounts for bytes that were sent and lets the other paths go on when the output has drained.</summary>
    private protected void AccountSent(long bytes)
    {
        if (Outbound.Sent(bytes))
        {
            OnDrained();
        }
    }

    /// <summary>The receive loop of all transports. In this order: end when aborted, give the handler what it can take, pause above the high-water mark, wait
    /// when the source is empty, end the turn when it is long enough, receive.</summary>
    private bool RunReceiveLoop()
    {
        bool drained = false;
        for (int receives = 0; ;)
        {
            if (IsAborted)
            {
                EndReceiving();
                return false;
            }

            if (CloseReason is null)
            {
                bool deliveredAll = DeliverUnconsumedInput();
                if (CloseReason is not null)
                {
                    continue;
                }

                if (MustPauseReceiving)
                {
                    if (TryPause())
                    {
                        return true;
                    }

                    continue;
                }

                if (!deliveredAll)
                {
                    // What forbade it has gone since then, and whoever took it away has found nothing paused: nobody else comes back to what is left.
                    continue;
                }
            }

            if (drained)
            {
                if (TryWaitForInput())
                {
                    return false;
                }

                drained = false;
                continue;
            }

            if (receives++ == ReceivesPerTurn)
            {
                ContinueReceiving();
                return false;
            }

            drained = ReceiveOnce();
        }
    }

    /// <summary>Leaves the receive path because the output must drain. False: it has drained meanwhile, go on.</summary>
    private bool TryPause()
    {
        // Full fence between the store and the reads: either this thread sees the drain, or the drainer sees Paused.
        Interlocked.Exchange(ref _receiveState, Paused);
        bool goOn = !MustPauseReceiving || CloseReason is not null;
        return !(goOn && Interlocked.CompareExchange(ref _receiveState, Running, Paused) == Paused);
    }

    /// <summary>Goes on receiving if the output had paused it. Thread-safe.</summary>
    private void ResumeReceiving()
    {
        if (Interlocked.CompareExchange(ref _receiveState, Running, Paused) == Paused)
        {
            ContinueReceiving();
        }
    }

    private void OnDrained()
    {
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

    private AppendOutcome AfterAppend(AppendOutcome outcome, bool startSending)
    {
        if (startSending)
        {
            StartSending();
        }

        if (Outbound.IsOverHardLimit && Handler?.OnOverHardLimit() != true)
        {
            Abort(CloseReason.Sent(GoAwayReason.SlowConsumer, $"more than {Resources.Limits.HardBytes} bytes wait to be read"));
        }

        return outcome;
    }
}

/// <summary>What a handler did with the bytes it was given.</summary>
/// <param name="Consumed">Everything before it is done with and may be reused.</param>
/// <param name="Examined">Everything before it was looked at. When it is the end of the buffer, the handler is called again only with more bytes;
/// when it is not (answers filled the output), it is called again as soon as the output has drained.</param>
/// <param name="Close">When set, the connection closes after the answers written so far have been sent.</param>
public readonly record struct ReceiveResult(SequencePosition Consumed, SequencePosition Examined, CloseReason? Close = null);
