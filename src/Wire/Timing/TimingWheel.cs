using System.Runtime.CompilerServices;

namespace FastRegistry.Wire.Timing;

/// <summary>
/// Deadlines for very many owners at the price of one store per activity: a hashed wheel with slots of 10 ms, 1 s and 64 s over dense arrays, with
/// no object per deadline.
/// </summary>
/// <remarks>
/// <para>
/// Owner and lifetime: one per server or client object, which owns it together with its <see cref="WheelDriver"/>. It holds no unmanaged resource and needs
/// no disposal. An owner of deadlines takes an entry (<see cref="Allocate"/>), arms, touches and disarms it, and gives it back once, by
/// <see cref="Release"/>.
/// </para>
/// <para>
/// Threads and locks: everything is thread-safe but <see cref="Step"/>, which one thread at a time calls (the wheel's thread, normally the driver's). Only
/// that thread links entries and calls owners, and it holds no lock while it does. Arm, touch and disarm are lock-free, but that an arm for a time before
/// the planned step wakes the driver under the driver's short lock. Allocating takes the store's lock. Both locks are leaves.
/// </para>
/// <para>
/// Complexity and bounds: every operation is O(1), and a touch is one store. A step looks at <see cref="TimingWheelOptions.MaximumWorkPerStep"/> entries at
/// most; there are <see cref="TimingWheelOptions.MaximumEntries"/> at most.
/// </para>
/// <para>
/// Times are wheel milliseconds (<see cref="Now"/>). A deadline never fires early, and at most one slot of 10 ms late plus the driver's own delay.
/// A start more than <see cref="int.MaxValue"/> milliseconds away from now is taken as that far away.
/// </para>
/// </remarks>
public sealed class TimingWheel
{
    /// <summary>Longest planned sleep between two steps: how soon a pause of the process is told from a quiet wheel.</summary>
    internal const int MaximumSleepMilliseconds = 500;

    private readonly TimingWheelOptions _options;
    private readonly long _origin;
    private readonly long _timestampsPerMillisecond;
    private readonly long _gapMilliseconds;
    private readonly WheelStore _store;
    private readonly WheelChunk[] _chunks;
    private readonly WheelInbox _inbox;
    private readonly WheelSlots _slots;
    private readonly DeadlineSettler _settler;
    private readonly WheelEngine _engine;

    // Planned time of the next step; MaxValue before the first, since nothing can be late then. Wheel's thread only.
    private long _planned = long.MaxValue;

    // The planned time while the driver sleeps, MinValue while it is awake or being woken. Shared with arming threads.
    private long _wakeAt = long.MinValue;
    private long _lastStepAt;
    private int _stepping;
    private Action? _waker;

    /// <summary>Creates an empty wheel whose time starts at zero now.</summary>
    /// <param name="timeProvider">Source of all time; its timestamp frequency must be at least 1,000 per second.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public TimingWheel(TimeProvider timeProvider, TimingWheelOptions options)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(timeProvider.TimestampFrequency, 1000, nameof(timeProvider));
        TimeProvider = timeProvider;
        _options = options;
        _timestampsPerMillisecond = timeProvider.TimestampFrequency / 1000;
        _gapMilliseconds = (long)options.GapThreshold.TotalMilliseconds;
        _store = new WheelStore(options.MaximumEntries);
        _chunks = _store.Chunks;
        _inbox = new WheelInbox(_store);
        _slots = new WheelSlots(_store);
        _settler = new DeadlineSettler(_store, _slots, options);
        _engine = new WheelEngine(_store, _inbox, _slots, _settler, options.MaximumWorkPerStep);
        _origin = timeProvider.GetTimestamp();
    }

    /// <summary>Milliseconds since the wheel was created; never goes back.</summary>
    public long Now => (TimeProvider.GetTimestamp() - _origin) / _timestampsPerMillisecond;

    /// <summary>Wheel milliseconds at which the last pause of the process was noticed; 0 when there was none.</summary>
    public long LastGapEnd => _settler.GapEnd;

    /// <summary>Entries in a slot as of the last step. One that was disarmed is still counted until its slot comes due.</summary>
    public int ArmedEntries => _slots.Linked;

    /// <summary>Entries in use, released ones included until a step took them back.</summary>
    public int AllocatedEntries => _store.Allocated;

    /// <summary>Owner calls so far.</summary>
    public long FiredTotal => _settler.FiredTotal;

    /// <summary>Owner calls that ended in an exception so far.</summary>
    public long OwnerFaults => _settler.OwnerFaults;

    /// <summary>How long after its deadline the last owner was called, in milliseconds.</summary>
    public long LastLatenessMilliseconds => _settler.LastLatenessMilliseconds;

    internal TimeProvider TimeProvider { get; }

    /// <summary>Takes an entry for <paramref name="owner"/>, disarmed. Any thread.</summary>
    /// <param name="owner">Called when the entry comes due.</param>
    /// <returns>The entry; valid until released.</returns>
    /// <exception cref="InvalidOperationException"><see cref="TimingWheelOptions.MaximumEntries"/> is reached.</exception>
    public int Allocate(IDeadlineOwner owner) =>
        TryAllocate(owner, out int entry)
            ? entry
            : throw new InvalidOperationException($"The timing wheel is full: {nameof(TimingWheelOptions.MaximumEntries)} is {_options.MaximumEntries}.");

    /// <summary>Takes an entry for <paramref name="owner"/>, disarmed, unless <see cref="TimingWheelOptions.MaximumEntries"/> is reached. Any thread.</summary>
    /// <param name="owner">Called when the entry comes due.</param>
    /// <param name="entry">The entry, or -1.</param>
    /// <returns>Whether there was one left.</returns>
    public bool TryAllocate(IDeadlineOwner owner, out int entry)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return _store.TryAllocate(owner, out entry);
    }

    /// <summary>
    /// Gives an entry back. Any thread. Its owner is not called any more, except for a call the wheel's thread has already decided on. Once a step
    /// took it back the index goes to another owner, so nobody may arm or disarm it after this; a touch that comes late postpones, at worst, one
    /// deadline of the next owner.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <exception cref="InvalidOperationException">The entry is released already.</exception>
    public void Release(int entry)
    {
        ref WheelEntry state = ref _store.Entry(entry);
        if ((Interlocked.And(ref state.Flags, ~WheelEntry.Live) & WheelEntry.Live) == 0)
        {
            throw new InvalidOperationException("The wheel entry is released already.");
        }

        _inbox.Push(entry, ref state, WheelEntry.Released);
    }

    /// <summary>Sets the deadline of an entry to <paramref name="start"/> + <paramref name="timeoutMilliseconds"/>. Any thread; lock-free.</summary>
    /// <remarks>One owner's concurrent calls are ordered by the owner. Has no effect on a released entry.</remarks>
    /// <param name="entry">The entry.</param>
    /// <param name="start">Wheel milliseconds from which the time-out counts.</param>
    /// <param name="timeoutMilliseconds">Milliseconds; 0 disarms.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time-out is negative.</exception>
    public void Arm(int entry, long start, int timeoutMilliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeoutMilliseconds);
        if (timeoutMilliseconds == 0)
        {
            Disarm(entry);
            return;
        }

        ref WheelEntry state = ref _store.Entry(entry);
        if ((Volatile.Read(ref state.Flags) & WheelEntry.Live) == 0)
        {
            return;
        }

        start = PackedDeadline.ClampStart(start, Volatile.Read(ref _lastStepAt));
        ref long stored = ref _store.Start(entry);
        long touched = Volatile.Read(ref stored);
        Interlocked.Exchange(ref state.Armed, PackedDeadline.Pack(start, timeoutMilliseconds));
        if (touched > start)
        {
            // Second, so that no reader combines the older start with the time-out that was; fails when somebody touched meanwhile, which counts.
            Interlocked.CompareExchange(ref stored, start, touched);
        }

        // The interlocked stores above are the full fence that the wheel's thread relies on (see DeadlineSettler).
        long due = start + timeoutMilliseconds;
        if (due <= Volatile.Read(ref state.LinkedAt))
        {
            _inbox.Push(entry, ref state);
            WakeFor(due);
        }
    }

    /// <summary>Removes the deadline of an entry. Any thread; the wheel unlinks the entry when its slot comes due.</summary>
    /// <param name="entry">The entry.</param>
    public void Disarm(int entry) => Interlocked.Exchange(ref _store.Entry(entry).Armed, PackedDeadline.Disarmed);

    /// <summary>
    /// Notes activity: the armed time-out counts from <paramref name="now"/>. Any thread; one store. Only ever to postpone: a start before the
    /// stored one is noticed no sooner than the entry's slot.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <param name="now">Wheel milliseconds, normally <see cref="Now"/> or a value read a moment ago.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(int entry, long now) => Volatile.Write(ref _chunks[entry >> WheelChunk.Shift].Starts[entry & WheelChunk.Mask], now);

    /// <summary>The start that counts: not before the end of the last pause. For owners that keep several deadlines and arm the earliest.</summary>
    /// <param name="start">Wheel milliseconds.</param>
    public long Effective(long start) => Math.Max(start, LastGapEnd);

    /// <summary>
    /// True just after the process was paused: a pause was noticed within the last <paramref name="withinMilliseconds"/>, or no step has run for so long
    /// that the next one will notice it. What peers did meanwhile may be about the pause, not about them. Any thread.
    /// </summary>
    /// <param name="withinMilliseconds">How long a noticed pause counts.</param>
    public bool IsResuming(int withinMilliseconds)
    {
        long now = Now;
        long gapEnd = LastGapEnd;
        long lastStepAt = Volatile.Read(ref _lastStepAt);
        return (gapEnd > 0 && now - gapEnd < withinMilliseconds) || (lastStepAt > 0 && now - lastStepAt > MaximumSleepMilliseconds + _gapMilliseconds);
    }

    /// <summary>Does the work that is due, at most <see cref="TimingWheelOptions.MaximumWorkPerStep"/> entries of it. One thread at a time.</summary>
    /// <exception cref="InvalidOperationException">Another step is running.</exception>
    public WheelStep Step()
    {
        if (Interlocked.Exchange(ref _stepping, 1) != 0)
        {
            throw new InvalidOperationException("Steps of a timing wheel must not overlap.");
        }

        Volatile.Write(ref _wakeAt, long.MinValue);
        long now = Now;
        NoticeGap(now);
        Volatile.Write(ref _lastStepAt, now);
        WheelStep step = Plan(_engine.Step(now), now);
        Volatile.Write(ref _stepping, 0);
        return step;
    }

    /// <summary>Sets what is called, on the arming thread, when a deadline is earlier than the planned step. Once, by the driver.</summary>
    internal void Attach(Action waker)
    {
        if (Interlocked.CompareExchange(ref _waker, waker, null) is not null)
        {
            throw new InvalidOperationException("The timing wheel has a driver already.");
        }
    }

    private void NoticeGap(long now)
    {
        // Nobody watched between the planned time and now. Set before any entry is looked at, so no deadline inside the pause fires.
        if (_planned != long.MaxValue && now - _planned > _gapMilliseconds)
        {
            _settler.GapEnd = now;
        }
    }

    private WheelStep Plan(WheelStep step, long now)
    {
        _planned = now;
        if (step.More)
        {
            return step;
        }

        long wakeAt = now + Math.Min(step.NextDueMilliseconds, MaximumSleepMilliseconds);
        Volatile.Write(ref _wakeAt, wakeAt);

        // Publish the plan, then look at the inbox; a pusher pushes, then looks at the plan. One of the two sees the other.
        Interlocked.MemoryBarrier();
        if (!_inbox.IsEmpty)
        {
            Volatile.Write(ref _wakeAt, long.MinValue);
            return step with { More = true, NextDueMilliseconds = 0 };
        }

        _planned = wakeAt;
        return step;
    }

    private void WakeFor(long due)
    {
        long wakeAt = Volatile.Read(ref _wakeAt);
        if (due < wakeAt && Interlocked.CompareExchange(ref _wakeAt, long.MinValue, wakeAt) == wakeAt)
        {
            _waker?.Invoke();
        }
    }
}
