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

/// <summary>Everything that waits to be sent on one connection, in order.</summary>
/// <remarks>
/// Owned by its <see cref="Connection"/> and as long-lived. Appending is thread-safe, under a lock that is held for a few hundred nanoseconds and never over
/// I/O. The append that finds no sender active makes its caller start one; the sender takes what is there until nothing is left, so one thread sends at a
/// time. The lock is the chain itself, which no other code may lock: a Lock of its own would be a sixth of what the transport keeps for an idle connection
/// (docs/adr/0012). Bounds: pushes are refused above the high-water mark and above the budget of all connections; beyond the hard limit the connection ends.
/// </remarks>
public sealed class OutboundChain
{
    private SegmentList _waiting;
    private long _queuedBytes;
    private long _sentBytes;
    private ulong _pushSequence;
    private bool _sending;
    private bool _completed;
    private bool _aboveHighWaterMark;
    private bool _overHardLimit;

    internal OutboundChain(TransportResources resources) => Resources = resources;

    /// <summary>Pools, budget and limits; kept here for the connection too.</summary>
    internal TransportResources Resources { get; }

    /// <summary>Bytes appended and not yet taken by the operating system.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>True when all connections together hold more than the process may keep for them.</summary>
    public bool IsBudgetExceeded => Resources.Budget.IsExceeded;

    /// <summary>See <see cref="OutboundLimits.HighWaterMarkBytes"/>.</summary>
    public int HighWaterMarkBytes => Resources.Limits.HighWaterMarkBytes;

    /// <summary>Bytes sent since the connection opened; standing still while <see cref="QueuedBytes"/> is not 0 means the peer does not read.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Sequence of the last push appended; 0 = none yet.</summary>
    public ulong LastPushSequence => Volatile.Read(ref _pushSequence);

    /// <summary>True from the moment that more than <see cref="HighWaterMarkBytes"/> wait until half of that has drained.</summary>
    public bool IsAboveHighWaterMark => Volatile.Read(ref _aboveHighWaterMark);

    /// <summary>Appends a frame whose body is copied. Meant for small control frames and answers of workers.</summary>
    /// <returns>The outcome; on <see cref="AppendOutcome.Appended"/> the caller must start a sender if <paramref name="startSending"/>.</returns>
    internal AppendOutcome Append(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> sharedBody, out bool startSending)
    {
        startSending = false;
        lock (this)
        {
            if (_completed)
            {
                return AppendOutcome.Closed;
            }

            AppendHeaderLocked(header);
            _waiting.Append(prefix, Resources.Segments);
            _waiting.AppendShared(sharedBody, Resources.Segments);
            startSending = AddedLocked(FrameHeader.Size + prefix.Length + sharedBody.Length);
            return AppendOutcome.Appended;
        }
    }

    /// <summary>Appends a push and gives it the next sequence, unless the output is above its high-water mark or that of all connections above the
    /// budget.</summary>
    internal AppendOutcome AppendPush(in FrameHeader header, long changedAtMicroseconds, ReadOnlyMemory<byte> sharedBody, out ulong sequence, out bool startSending)
    {
        sequence = 0;
        startSending = false;
        lock (this)
        {
            if (_completed)
            {
                return AppendOutcome.Closed;
            }

            if (_aboveHighWaterMark || Resources.Budget.IsExceeded)
            {
                return AppendOutcome.AboveHighWaterMark;
            }

            Span<byte> prefix = stackalloc byte[PushPrefix.Size];
            sequence = ++_pushSequence;
            new PushPrefix(changedAtMicroseconds).Write(prefix);
            AppendHeaderLocked(header);
            _waiting.Append(prefix, Resources.Segments);
            _waiting.AppendShared(sharedBody, Resources.Segments);
            startSending = AddedLocked(FrameHeader.Size + PushPrefix.Size + sharedBody.Length);
            return AppendOutcome.Appended;
        }
    }

    /// <summary>Appends all answers of a batch. Dropped when the connection is closing.</summary>
    internal bool Splice(BatchWriter batch) => Splice(batch, endsPush: false, out _);

    /// <summary>Appends all frames of a batch.</summary>
    /// <param name="batch">Empty afterwards, also when the connection is closing and they were dropped.</param>
    /// <param name="endsPush">Its last frame ends a push that went out as a stream: the push takes its number now.</param>
    /// <param name="sequence">That number; 0 = none.</param>
    /// <returns>True when the caller must start a sender.</returns>
    internal bool Splice(BatchWriter batch, bool endsPush, out ulong sequence)
    {
        sequence = 0;
        ref SegmentList segments = ref batch.Segments;
        lock (this)
        {
            if (_completed || segments.IsEmpty)
            {
                segments.Clear(Resources.Segments);
                return false;
            }

            long bytes = segments.Bytes;
            _waiting.Splice(ref segments);
            sequence = endsPush ? ++_pushSequence : 0;
            return AddedLocked(bytes);
        }
    }

    /// <summary>Refuses everything from now on; what is there is still sent. True when the caller must start a sender (to finish the connection).</summary>
    internal bool Complete()
    {
        lock (this)
        {
            _completed = true;
            bool start = !_sending;
            _sending = true;
            return start;
        }
    }

    /// <summary>Called by the active sender: moves what waits to <paramref name="taken"/>; false ends its duty.</summary>
    /// <param name="taken">The sender's own list.</param>
    /// <param name="finished">True when nothing will ever follow.</param>
    internal bool TryTake(ref SegmentList taken, out bool finished)
    {
        lock (this)
        {
            finished = false;
            if (_waiting.IsEmpty)
            {
                finished = _completed;
                // A finished chain keeps its flag: the sender that finishes the connection is the last one.
                _sending = _completed;
                return false;
            }

            taken.Splice(ref _waiting);
            return true;
        }
    }

    /// <summary>Called by the active sender after bytes were sent. True when the output has just drained below half of its high-water mark.</summary>
    internal bool Sent(long bytes)
    {
        bool drained;
        lock (this)
        {
            _sentBytes += bytes;
            _queuedBytes -= bytes;
            drained = _aboveHighWaterMark && _queuedBytes <= Resources.Limits.HighWaterMarkBytes / 2;
            if (drained)
            {
                SetAboveHighWaterMarkLocked(false);
            }
        }

        // Outside the lock: the budget may tell its owner that it has drained.
        Resources.Budget.Add(-bytes);
        return drained;
    }

    /// <summary>Drops what waits, when the connection is gone. <paramref name="unsent"/> is the sender's own list.</summary>
    internal void Abandon(ref SegmentList unsent)
    {
        long dropped;
        lock (this)
        {
            _completed = true;
            _waiting.Clear(Resources.Segments);
            unsent.Clear(Resources.Segments);
            dropped = _queuedBytes;
            _queuedBytes = 0;
            SetAboveHighWaterMarkLocked(false);
        }

        Resources.Budget.Add(-dropped);
    }

    /// <summary>True once something was appended while more than the hard limit was waiting already. A single large frame alone never passes it.</summary>
    internal bool IsOverHardLimit => Volatile.Read(ref _overHardLimit);

    private void AppendHeaderLocked(in FrameHeader header)
    {
        header.Write(_waiting.GetMemory(FrameHeader.Size, Resources.Segments).Span);
        _waiting.Advance(FrameHeader.Size);
    }

    private void SetAboveHighWaterMarkLocked(bool above)
    {
        if (_aboveHighWaterMark != above)
        {
            Volatile.Write(ref _aboveHighWaterMark, above);
            Resources.Budget.CountAboveHighWaterMark(above ? 1 : -1);
        }
    }

    private bool AddedLocked(long bytes)
    {
        Resources.Budget.Add(bytes);
        _overHardLimit |= _queuedBytes > Resources.Limits.HardBytes;
        _queuedBytes += bytes;
        SetAboveHighWaterMarkLocked(_aboveHighWaterMark || _queuedBytes > Resources.Limits.HighWaterMarkBytes);
        bool start = !_sending;
        _sending = true;
        return start;
    }
}
