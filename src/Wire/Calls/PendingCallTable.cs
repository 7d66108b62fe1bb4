using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

namespace FastRegistry.Wire.Calls;

/// <summary>Sends the request of a call: writes a request frame with this type, correlation id and body. Must not block.</summary>
/// <param name="type">The request's type.</param>
/// <param name="request">The request's message.</param>
/// <param name="correlationId">For the header of the frame.</param>
public delegate void SendRequest(MessageType type, IMessage request, ulong correlationId);

/// <summary>The outstanding requests of one connection. A correlation id is generation and slot of an array: no dictionary, no timer per call.</summary>
/// <remarks>
/// <para>
/// Owned by a client connection. Calls are made from any thread; <see cref="Complete"/> and <see cref="Progress"/> come from the receive path, the
/// deadline from the wheel: one wheel entry stands for all calls, at the earliest deadline. A short lock guards slots and queue; completion takes it only
/// while calls wait. No callback is called under it.
/// </para>
/// <code>
///  correlation id   63            32 31             0
///                 +----------------+----------------+
///                 |   generation   |      slot      |
///                 +----------------+----------------+
/// </code>
/// <para>
/// <b>Places.</b> At most <see cref="Limit"/> requests are on their way at a time. <see cref="CallAsync"/> sends at once while there is a place; otherwise
/// the call waits in order, and a work item of the thread pool, one at a time, sends the waiting requests as places become free. So the calls of one thread
/// are sent in the order in which it made them. Time-out and cancellation count from the call, whether it waits or not; a call that ends while it waits was
/// never sent. All calls together, with those whose result was not taken yet, are at most the maximum of the constructor; one more ends as
/// <see cref="CallStatus.TooManyCalls"/>.
/// </para>
/// <para>
/// <b>Use.</b> The session gives two callbacks to the constructor. One is told of a call that was sent and then cancelled or timed out: send a cancel
/// frame, and give up the stream that may carry its answer (<c>StreamAssembler.TryCancel</c>) with a stream reset. The other sends a request. The set-up goes
/// through <see cref="Begin"/>, since it travels with the preface. On the receive path the session calls <see cref="Complete"/> for an answer, and
/// <see cref="Progress"/> for each chunk of one. It calls <see cref="Close"/> when the connection is gone.
/// </para>
/// <code>
/// _calls = new PendingCallTable(wheel, options.MaximumOutstandingRequests, SendCancel, SendRequest);
/// ...
/// // After the set-up. 0 and no limits at all mean the default.
/// _calls.Limit = reply.Limits is { OutstandingRequests: > 0 } limits ? (int)Math.Min(limits.OutstandingRequests, int.MaxValue) : 1_024;
/// ...
/// CallOutcome outcome = await _calls.CallAsync(MessageType.Register, request, RegisterReply.Parser.ParseFrom, timeout, cancellationToken);
/// </code>
/// </remarks>
public sealed class PendingCallTable : IDeadlineOwner, IThreadPoolWorkItem
{
    private const int InitialSlots = 16;

    private readonly Lock _slotLock = new();
    private readonly TimingWheel _wheel;
    private readonly int _maximumCalls;
    private readonly Action<ulong>? _onAbandoned;
    private readonly SendRequest? _send;
    private readonly Stack<PendingCall> _free = new();
    private readonly int _entry;

    // Wheel's thread only.
    private readonly List<(PendingCall Call, bool Waited)> _expired = [];

    private PendingCall?[] _slots = new PendingCall?[InitialSlots];
    private int _created;
    private bool _closed;
    private long _armedFor = long.MaxValue;

    // Places taken: raised under the lock, lowered without it, so under the lock it is never too low.
    private int _sent;
    private int _limit;

    // The queue, oldest first, and whether the work item that empties it is on its way.
    private PendingCall? _first;
    private PendingCall? _last;
    private int _waiting;
    private bool _sending;

    /// <summary>Creates an empty table.</summary>
    /// <param name="wheel">Watches the deadlines.</param>
    /// <param name="maximumCalls">Calls there may be, waiting ones included; more are refused as <see cref="CallStatus.TooManyCalls"/>.</param>
    /// <param name="onAbandoned">
    /// Told the correlation id of a call that was sent and then was cancelled by its caller or timed out, to send a cancel frame and reset the stream of its
    /// answer. Called without a lock, on the thread that cancels or on the wheel's: it must be short and must not throw.
    /// </param>
    /// <param name="send">Sends a request; needed for <see cref="CallAsync"/>.</param>
    public PendingCallTable(TimingWheel wheel, int maximumCalls = 4096, Action<ulong>? onAbandoned = null, SendRequest? send = null)
    {
        _wheel = wheel;
        _maximumCalls = maximumCalls;
        _limit = maximumCalls;
        _onAbandoned = onAbandoned;
        _send = send;
        _entry = wheel.Allocate(this);
    }

    /// <summary>Calls that wait for an answer, for their place, or for their caller to take the result.</summary>
    public int Outstanding
    {
        get
        {
            lock (_slotLock)
            {
                return _created - _free.Count;
            }
        }
    }

    /// <summary>Calls that wait for their place; nothing of them was sent.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Requests that may be without an answer at a time; at first the maximum of the constructor, never above it. Calls already sent go on when it is
    /// lowered.</summary>
    public int Limit
    {
        get => Volatile.Read(ref _limit);
        set
        {
            lock (_slotLock)
            {
                _limit = Math.Clamp(value, 1, _maximumCalls);
                SendWaitingLocked();
            }
        }
    }

    /// <summary>Makes a call: sends the request at once when there is a place, else when its turn comes. Await the task exactly once.</summary>
    /// <param name="type">The request's type.</param>
    /// <param name="request">The request's message; not to be changed until the call has ended, since it may wait.</param>
    /// <param name="parse">Makes the answer's message of its body.</param>
    /// <param name="timeout">How long the answer may take from now, or from its last <see cref="Progress"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The end of the call as a value. It throws only what the callback that sends threw.</returns>
    public ValueTask<CallOutcome> CallAsync(
        MessageType type, IMessage request, Func<ReadOnlySequence<byte>, IMessage> parse, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        SendRequest send = _send ?? throw new InvalidOperationException("The table was made without a callback that sends.");
        if (TryBegin(parse, timeout, type, request, cancellationToken, out bool waits, out CallStatus refusal) is not { } call)
        {
            return new ValueTask<CallOutcome>(new CallOutcome(refusal));
        }

        // Others may end the call from here on, but the object is in this use until the caller takes the result, and he does not have the task yet.
        ValueTask<CallOutcome> task = call.Task;
        call.CancelWith(cancellationToken);
        if (!waits)
        {
            Send(send, call, call.Generation, type, request, call.CorrelationId);
        }

        return task;
    }

    /// <summary>Begins a call that its caller sends: he sends the request with the id he gets and then awaits the task, exactly once. For the set-up,
    /// which travels with the preface; it never waits for a place.</summary>
    /// <param name="parse">Makes the answer's message of its body.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="correlationId">For the request's header; 0 when the call ended at once and nothing is to be sent.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public ValueTask<CallOutcome> Begin(
        Func<ReadOnlySequence<byte>, IMessage> parse, TimeSpan timeout, out ulong correlationId, CancellationToken cancellationToken = default)
    {
        if (TryBegin(parse, timeout, MessageType.None, request: null, cancellationToken, out _, out CallStatus refusal) is not { } call)
        {
            correlationId = 0;
            return new ValueTask<CallOutcome>(new CallOutcome(refusal));
        }

        correlationId = call.CorrelationId;
        ValueTask<CallOutcome> task = call.Task;
        call.CancelWith(cancellationToken);
        return task;
    }

    /// <summary>Completes the call an answer belongs to. False: nobody waits for it any more, and it is dropped.</summary>
    public bool Complete(ulong correlationId, bool isError, in ReadOnlySequence<byte> body) =>
        Find(correlationId) is { } call && call.TryCompleteWithAnswer((uint)(correlationId >> 32), isError, body);

    /// <summary>A chunk of the answer arrived: the call's time runs anew from now. One store, which the deadline looks at; ignored when nobody waits any
    /// more.</summary>
    public void Progress(ulong correlationId) => Find(correlationId)?.Progress((uint)(correlationId >> 32), _wheel);

    /// <summary>Ends every call and refuses new ones: the connection is gone.</summary>
    public void Close()
    {
        lock (_slotLock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _wheel.Release(_entry);
        foreach (PendingCall? call in Volatile.Read(ref _slots))
        {
            if (call is not null && call.TryClaim(call.Generation, out bool waited))
            {
                LeaveQueueOrPlace(call, waited);
                call.SetEnded(CallStatus.ConnectionLost);
            }
        }
    }

    /// <inheritdoc/>
    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        Deadline next = ClaimExpired(now);
        foreach ((PendingCall call, bool waited) in _expired)
        {
            try
            {
                Abandon(call, waited, CallStatus.TimedOut);
            }
#pragma warning disable CA1031 // The rest must end too, and an exception would disarm the wheel's entry, so that no call would time out any more.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }

        _expired.Clear();
        return next;
    }

    /// <summary>Sends what waits, oldest first, while there are places. One at a time, on the thread pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (TryTakeWaiting(out PendingCall? call, out uint generation, out MessageType type, out IMessage? request, out ulong correlationId))
        {
            Send(_send!, call, generation, type, request, correlationId);
        }
    }

    internal void Return(PendingCall call)
    {
        lock (_slotLock)
        {
            _free.Push(call);
        }
    }

    /// <summary>Ends a call that was claimed: tells the owner when it was sent, makes room, and gives the caller its end, last.</summary>
    internal void Abandon(PendingCall call, bool waited, CallStatus status)
    {
        try
        {
            if (!waited)
            {
                _onAbandoned?.Invoke(call.CorrelationId);
            }
        }
        finally
        {
            // Last the result: once it is set, the caller may already be in GetResult, and the object in its next use afterwards.
            LeaveQueueOrPlace(call, waited);
            call.SetEnded(status);
        }
    }

    internal void ReleasePlace()
    {
        // A full fence: whoever queued a call before this sees the place, or is seen here.
        Interlocked.Decrement(ref _sent);
        if (Volatile.Read(ref _waiting) > 0)
        {
            lock (_slotLock)
            {
                SendWaitingLocked();
            }
        }
    }

    private static void Send(SendRequest send, PendingCall call, uint generation, MessageType type, IMessage request, ulong correlationId)
    {
        try
        {
            send(type, request, correlationId);
        }
#pragma warning disable CA1031 // The caller gets it; nothing of it may reach the thread pool.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.Fail(generation, exception);
        }
    }

    private PendingCall? Find(ulong correlationId)
    {
        PendingCall?[] slots = Volatile.Read(ref _slots);
        uint slot = (uint)correlationId;
        return slot < (uint)slots.Length ? slots[slot] : null;
    }

    /// <summary>Takes a slot, and a place or a turn in the queue. Null: refused. A call without a request does not wait.</summary>
    private PendingCall? TryBegin(
        Func<ReadOnlySequence<byte>, IMessage> parse,
        TimeSpan timeout,
        MessageType type,
        IMessage? request,
        CancellationToken cancellationToken,
        out bool waits,
        out CallStatus refusal)
    {
        waits = false;
        if (cancellationToken.IsCancellationRequested)
        {
            // Otherwise a cancel frame would go out ahead of the request it is about.
            refusal = CallStatus.Cancelled;
            return null;
        }

        long now = _wheel.Now;
        int timeoutMilliseconds = (int)Math.Clamp(timeout.TotalMilliseconds, 1, int.MaxValue);
        lock (_slotLock)
        {
            // Behind those that wait, and behind the last of them while it is being sent.
            waits = _sent >= _limit || (request is not null && (_waiting > 0 || _sending));
            refusal = _closed ? CallStatus.ConnectionLost : CallStatus.TooManyCalls;
            if (_closed || (waits && request is null) || !TryTakeSlotLocked(out PendingCall? call))
            {
                return null;
            }

            call.Begin(parse, now, timeoutMilliseconds, waits);
            ArmLocked(now, timeoutMilliseconds);
            if (waits)
            {
                (call.Type, call.Request) = (type, request);
                EnqueueLocked(call);
            }
            else
            {
                Interlocked.Increment(ref _sent);
            }

            return call;
        }
    }

    private Deadline ClaimExpired(long now)
    {
        lock (_slotLock)
        {
            long earliest = long.MaxValue;
            Deadline next = Deadline.None;
            foreach (PendingCall? call in _slots)
            {
                if (call is not { IsLive: true })
                {
                    continue;
                }

                long startedAt = call.StartedAt;
                long due = _wheel.Effective(startedAt) + call.TimeoutMilliseconds;
                if (due <= now)
                {
                    if (call.TryClaim(call.Generation, out bool waited))
                    {
                        _expired.Add((call, waited));
                    }
                }
                else if (due < earliest)
                {
                    earliest = due;
                    next = Deadline.After(startedAt, call.TimeoutMilliseconds);
                }
            }

            _armedFor = earliest;
            return next;
        }
    }

    private void LeaveQueueOrPlace(PendingCall call, bool waited)
    {
        if (!waited)
        {
            ReleasePlace();
            return;
        }

        lock (_slotLock)
        {
            if (call.IsQueued)
            {
                UnlinkLocked(call);
            }
        }
    }

    private bool TryTakeWaiting(
        [NotNullWhen(true)] out PendingCall? call,
        out uint generation,
        out MessageType type,
        [NotNullWhen(true)] out IMessage? request,
        out ulong correlationId)
    {
        lock (_slotLock)
        {
            while (!_closed && _first is { } first && _sent < _limit)
            {
                // Read while it is in the queue: whoever ends it must take it out first, so until then the object is in this use.
                (call, generation, type, request, correlationId) = (first, first.Generation, first.Type, first.Request!, first.CorrelationId);
                UnlinkLocked(first);
                Interlocked.Increment(ref _sent);
                if (first.TryLeaveQueue())
                {
                    return true;
                }

                Interlocked.Decrement(ref _sent);
            }

            _sending = false;
            (call, generation, type, request, correlationId) = (null, 0, MessageType.None, null, 0);
            return false;
        }
    }

    private bool TryTakeSlotLocked([NotNullWhen(true)] out PendingCall? call)
    {
        if (_free.TryPop(out call))
        {
            return true;
        }

        if (_created >= _maximumCalls)
        {
            return false;
        }

        if (_created == _slots.Length)
        {
            PendingCall?[] larger = new PendingCall?[_slots.Length * 2];
            _slots.CopyTo(larger, 0);
            Volatile.Write(ref _slots, larger);
        }

        call = new PendingCall(this, _created);
        _slots[_created++] = call;
        return true;
    }

    private void ArmLocked(long now, int timeoutMilliseconds)
    {
        // Later deadlines find their turn when the earliest one comes due.
        long due = now + timeoutMilliseconds;
        if (due < _armedFor)
        {
            _armedFor = due;
            _wheel.Arm(_entry, now, timeoutMilliseconds);
        }
    }

    private void EnqueueLocked(PendingCall call)
    {
        (call.Previous, call.Next, call.IsQueued) = (_last, null, true);
        if (_last is null)
        {
            _first = call;
        }
        else
        {
            _last.Next = call;
        }

        _last = call;

        // A full fence: a place that became free before this is seen below, one that becomes free later sees the call.
        Interlocked.Increment(ref _waiting);
        SendWaitingLocked();
    }

    private void UnlinkLocked(PendingCall call)
    {
        if (call.Previous is null)
        {
            _first = call.Next;
        }
        else
        {
            call.Previous.Next = call.Next;
        }

        if (call.Next is null)
        {
            _last = call.Previous;
        }
        else
        {
            call.Next.Previous = call.Previous;
        }

        (call.Previous, call.Next, call.Request, call.IsQueued) = (null, null, null, false);
        Interlocked.Decrement(ref _waiting);
    }

    private void SendWaitingLocked()
    {
        if (!_sending && !_closed && _waiting > 0 && _sent < _limit)
        {
            _sending = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
