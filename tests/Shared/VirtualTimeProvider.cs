namespace FastRegistry.Tests;

/// <summary>
/// Time that moves only when a test says so. Thread-safe; timers call back on the thread that advances, in the order they are due, with the clock
/// standing at each timer's due time. A timer due at once waits for the next <see cref="Advance"/>, of zero if need be.
/// </summary>
internal sealed class VirtualTimeProvider : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly Lock _advancing = new();
    private readonly SortedSet<VirtualTimer> _armed = new(VirtualTimer.ByDue);
    private long _ticks;
    // From 1: (0, 0) is the place of a timer that was never armed.
    private long _sequence = 1;

    /// <summary>Ticks of 100 ns, as <see cref="TimeSpan"/> counts.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers waiting to fire.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock)
            {
                return _armed.Count;
            }
        }
    }

    /// <summary>Time until the next timer fires; null when none is armed.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            lock (_lock)
            {
                return _armed.Min is { } first ? TimeSpan.FromTicks(Math.Max(0, first.DueTicks - _ticks)) : null;
            }
        }
    }

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => Epoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        VirtualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on, firing every timer that comes due on the way, those that are armed meanwhile included.</summary>
    public void Advance(TimeSpan time)
    {
        lock (_advancing)
        {
            long target = _ticks + time.Ticks;
            while (TakeDue(target) is { } timer)
            {
                timer.Fire();
            }

            Volatile.Write(ref _ticks, target);
        }
    }

    /// <summary>Moves the clock on as if the process had been suspended: timers on the way fire only at the end.</summary>
    public void Suspend(TimeSpan time)
    {
        lock (_advancing)
        {
            Volatile.Write(ref _ticks, _ticks + time.Ticks);
        }

        Advance(TimeSpan.Zero);
    }

    internal void Schedule(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _armed.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Period = period;
                timer.DueTicks = _ticks + dueTime.Ticks;
                timer.Sequence = _sequence++;
                _armed.Add(timer);
            }
        }
    }

    private VirtualTimer? TakeDue(long target)
    {
        lock (_lock)
        {
            if (_armed.Min is not { } timer || timer.DueTicks > target)
            {
                return null;
            }

            _armed.Remove(timer);
            Volatile.Write(ref _ticks, Math.Max(_ticks, timer.DueTicks));
            if (timer.Period > TimeSpan.Zero)
            {
                timer.DueTicks = _ticks + timer.Period.Ticks;
                timer.Sequence = _sequence++;
                _armed.Add(timer);
            }

            return timer;
        }
    }
}
