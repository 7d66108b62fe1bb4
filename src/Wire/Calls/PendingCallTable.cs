using System.Buffers;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

namespace FastRegistry.Wire.Calls;

/// <summary>The outstanding requests of one connection. A correlation id is generation and slot of an array: no dictionary, no timer per call.</summary>
/// <remarks>
/// Owned by a client connection. <see cref="Begin"/> from any thread, <see cref="Complete"/> from the receive path, the deadline from the wheel:
/// one wheel entry stands for all calls, at the earliest deadline. A short lock guards the free list; completion takes none.
/// <code>
///  correlation id   63            32 31             0
///                 +----------------+----------------+
///                 |   generation   |      slot      |
///                 +----------------+----------------+
/// </code>
/// </remarks>
public sealed class PendingCallTable : IDeadlineOwner
{
    private const int InitialSlots = 16;

    private readonly Lock _slotLock = new();
    private readonly TimingWheel _wheel;
    private readonly int _maximumCalls;
    private readonly Action<ulong>? _onCancelled;
    private readonly Stack<PendingCall> _free = new();
    private readonly int _entry;

    private PendingCall?[] _slots = new PendingCall?[InitialSlots];
    private int _created;
    private bool _closed;
    private long _armedFor = long.MaxValue;

    /// <summary>Creates an empty table.</summary>
    /// <param name="wheel">Watches the deadlines.</param>
    /// <param name="maximumCalls">Calls that may be outstanding; more are refused as <see cref="CallStatus.TooManyCalls"/>.</param>
    /// <param name="onCancelled">Told the correlation id of a call its caller cancelled, to send a cancel frame.</param>
    public PendingCallTable(TimingWheel wheel, int maximumCalls = 4096, Action<ulong>? onCancelled = null)
    {
        _wheel = wheel;
        _maximumCalls = maximumCalls;
        _onCancelled = onCancelled;
        _entry = wheel.Allocate(this);
    }

    /// <summary>Calls that wait for an answer or for their caller to take the result.</summary>
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

    /// <summary>Begins a call. The caller sends the request with the id it gets and then awaits the task, exactly once.</summary>
    /// <param name="parse">Makes the answer's message of its body.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="correlationId">For the request's header; 0 when the call ended at once and nothing is to be sent.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public ValueTask<CallOutcome> Begin(
        Func<ReadOnlySequence<byte>, IMessage> parse, TimeSpan timeout, out ulong correlationId, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            // Otherwise a cancel frame would go out ahead of the request it is about.
            correlationId = 0;
            return new ValueTask<CallOutcome>(new CallOutcome(CallStatus.Cancelled));
        }

        long now = _wheel.Now;
        int timeoutMilliseconds = (int)Math.Clamp(timeout.TotalMilliseconds, 1, int.MaxValue);
        PendingCall call;
        lock (_slotLock)
        {
            if (_closed || !TryTakeSlotLocked(out PendingCall? taken))
            {
                correlationId = 0;
                return new ValueTask<CallOutcome>(new CallOutcome(_closed ? CallStatus.ConnectionLost : CallStatus.TooManyCalls));
            }

            call = taken;
            call.Begin(parse, now, timeoutMilliseconds);
            ArmLocked(now, timeoutMilliseconds);
        }

        correlationId = call.CorrelationId;
        ValueTask<CallOutcome> task = call.Task;
        call.CancelWith(cancellationToken);
        return task;
    }

    /// <summary>Completes the call an answer belongs to. False: nobody waits for it any more, and it is dropped.</summary>
    public bool Complete(ulong correlationId, bool isError, in ReadOnlySequence<byte> body)
    {
        PendingCall?[] slots = Volatile.Read(ref _slots);
        uint slot = (uint)correlationId;
        return slot < (uint)slots.Length
            && slots[slot] is { } call
            && call.TryCompleteWithAnswer((uint)(correlationId >> 32), isError, body);
    }

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
            call?.TryComplete(call.Generation, new CallOutcome(CallStatus.ConnectionLost));
        }
    }

    /// <inheritdoc/>
    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        lock (_slotLock)
        {
            long earliest = long.MaxValue;
            Deadline next = Deadline.None;
            foreach (PendingCall? call in _slots)
            {
                if (call is not { IsOpen: true })
                {
                    continue;
                }

                long due = _wheel.Effective(call.StartedAt) + call.TimeoutMilliseconds;
                if (due <= now)
                {
                    call.TryComplete(call.Generation, new CallOutcome(CallStatus.TimedOut));
                }
                else if (due < earliest)
                {
                    earliest = due;
                    next = Deadline.After(call.StartedAt, call.TimeoutMilliseconds);
                }
            }

            _armedFor = earliest;
            return next;
        }
    }

    internal void Return(PendingCall call)
    {
        lock (_slotLock)
        {
            _free.Push(call);
        }
    }

    internal void Cancelled(ulong correlationId) => _onCancelled?.Invoke(correlationId);

    private bool TryTakeSlotLocked([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PendingCall? call)
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
}
