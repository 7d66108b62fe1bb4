using FastRegistry.Wire.Timing;

namespace FastRegistry.Client.Connecting;

/// <summary>Runs an action again later, with growing waits: one wheel entry for everything its owner has to retry.</summary>
/// <remarks>One per owner, lives as long as the client. Any thread asks; the action runs on the thread pool. A short lock guards the waits.</remarks>
internal sealed class RetrySchedule : IDeadlineOwner
{
    private readonly Lock _lock = new();
    private readonly TimingWheel _wheel;
    private readonly ReconnectBackoff _backoff;
    private readonly Action _action;
    private readonly int _entry;
    private long _due = long.MaxValue;

    public RetrySchedule(TimingWheel wheel, NamingClientOptions options, Action action)
    {
        _wheel = wheel;
        _action = action;
        _backoff = new ReconnectBackoff(options.ReconnectMinimum, options.ReconnectMaximum, Random.Shared);
        _entry = wheel.Allocate(this);
    }

    /// <summary>Runs the action after the next wait of the back-off, or after <paramref name="atLeast"/> when that is longer.</summary>
    public void ScheduleRetry(TimeSpan? atLeast = null)
    {
        lock (_lock)
        {
            if (_due != long.MaxValue)
            {
                return;
            }

            TimeSpan wait = _backoff.Next();
            wait = atLeast > wait ? atLeast.Value : wait;
            long now = _wheel.Now;
            int milliseconds = (int)Math.Clamp(wait.TotalMilliseconds, 1, int.MaxValue);
            _due = now + milliseconds;
            _wheel.Arm(_entry, now, milliseconds);
        }
    }

    /// <summary>An attempt succeeded: the next wait is short again.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _backoff.Reset();
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        lock (_lock)
        {
            _due = long.MaxValue;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static action => action(), _action, preferLocal: false);
        return Deadline.None;
    }
}

/// <summary>Waits between attempts: doubled each time up to a maximum, with full jitter, so that many clients do not come back together.</summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class ReconnectBackoff(TimeSpan minimum, TimeSpan maximum, Random random)
{
    private int _attempts;

    /// <summary>No attempt has failed since the last reset.</summary>
    public bool IsFresh => _attempts == 0;

    /// <summary>The next wait: anything up to the bound of this attempt, which is doubled for the one after it.</summary>
    /// <param name="atLeastUpTo">The bound is not less than this; null = no matter.</param>
    public TimeSpan Next(TimeSpan? atLeastUpTo = null)
    {
        double bound = Math.Min(maximum.TotalMilliseconds, minimum.TotalMilliseconds * Math.Pow(2, Math.Min(_attempts, 30)));
        _attempts++;
        return TimeSpan.FromMilliseconds(Math.Max(bound, atLeastUpTo?.TotalMilliseconds ?? 0) * random.NextDouble());
    }

    public void Reset() => _attempts = 0;
}
