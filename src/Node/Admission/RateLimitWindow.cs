namespace FastRegistry.Node.Admission;

/// <summary>Counts calls in fixed windows of one period, lock-free: number of the window and calls in it are one word.</summary>
/// <remarks>
/// <para>
/// Any thread. Exact under concurrency: never more than the maximum is within one window. A thread that was held up since it read the clock counts in the window the
/// others have reached, so a window never comes back. Calls beyond the maximum consume nothing: when the next window begins they are over, whatever was refused.
/// </para>
/// <para>
/// Fixed windows because that is what Nacos counts and what "so many per second" says, and because one word is enough for it. The price: around an edge, up to twice
/// the maximum may pass within a time shorter than the period. A token bucket would have the same burst and a ring of windows more words than one step can change.
/// </para>
/// </remarks>
internal sealed class RateLimitWindow
{
    private readonly TimeProvider _timeProvider;
    private readonly uint _maximum;
    private readonly long _windowTicks;
    private readonly long _origin;

    // Number of the window in the upper half, calls in the lower: at most one more than the maximum, which says that one was beyond it.
    private ulong _state;

    /// <param name="rule">A rule with a maximum.</param>
    /// <param name="timeProvider">Its ticks are those of the windows; the first one begins now.</param>
    public RateLimitWindow(RateLimitRule rule, TimeProvider timeProvider)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rule.Maximum);
        Rule = rule;
        _timeProvider = timeProvider;
        _maximum = (uint)rule.Maximum;
        _windowTicks = timeProvider.TimestampFrequency * (rule.Period == RateLimitPeriod.Minute ? 60 : 1);
        _origin = timeProvider.GetTimestamp();
    }

    public RateLimitRule Rule { get; }

    /// <summary>Time until the next window, more than zero.</summary>
    public TimeSpan Rest
    {
        get
        {
            long elapsed = (_timeProvider.GetTimestamp() - _origin) % _windowTicks;
            return TimeSpan.FromSeconds((double)(_windowTicks - elapsed) / _timeProvider.TimestampFrequency);
        }
    }

    /// <summary>Counts one call.</summary>
    public RateLimitVerdict Count()
    {
        uint now = (uint)((_timeProvider.GetTimestamp() - _origin) / _windowTicks);
        while (true)
        {
            ulong state = Volatile.Read(ref _state);
            uint window = (uint)(state >> 32);
            uint calls = (uint)state;
            if (now > window)
            {
                window = now;
                calls = 0;
            }

            if (calls > _maximum)
            {
                return RateLimitVerdict.Beyond;
            }

            ulong next = ((ulong)window << 32) | (calls + 1);
            if (Interlocked.CompareExchange(ref _state, next, state) == state)
            {
                return calls < _maximum ? RateLimitVerdict.Within : RateLimitVerdict.FirstBeyond;
            }
        }
    }
}
