using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Admission;

/// <summary>Limits how often operations of a kind are called on this node, over all its connections, as Nacos does: not per connection, not per cluster.</summary>
/// <remarks>One per node; any thread. First rules come from section <c>RateLimits</c>; <see cref="TrySet"/> changes them while the node runs and until it ends.</remarks>
internal sealed class RateLimiter
{
    public const string Section = "RateLimits";

    /// <summary>False while no control point has a rule: then calls are neither counted nor refused. A field, because every frame reads it; only this class writes
    /// it.</summary>
    public volatile bool HasRules;

    private readonly Lock _rulesLock = new();

    public RateLimiter(IReadOnlyDictionary<ControlPoint, RateLimitRule> rules, TimeProvider timeProvider, ILogger log)
    {
        Points = [.. Enum.GetValues<ControlPoint>().Select(point => new RateLimitPoint(point, timeProvider, log))];
        foreach ((ControlPoint point, RateLimitRule rule) in rules)
        {
            Set(point, rule);
        }
    }

    /// <summary>Every control point, in the order of its number.</summary>
    public ImmutableArray<RateLimitPoint> Points { get; }

    public RateLimitPoint this[ControlPoint point] => Points[(int)point];

    /// <summary>Counts one call; an error when it is refused.</summary>
    public RequestError? Count(ControlPoint point) => Points[(int)point].Count();

    /// <summary>Throws when a rule cannot be one of its control point.</summary>
    /// <exception cref="ConfigurationError">The error names point and member.</exception>
    public static void Check(IReadOnlyDictionary<ControlPoint, RateLimitRule> rules)
    {
        foreach ((ControlPoint point, RateLimitRule rule) in rules)
        {
            if (rule.FindBrokenRule(point) is { } broken)
            {
                throw new ConfigurationError($"{Section}:{point}:{broken.Member}", broken.Rule);
            }
        }
    }

    /// <summary>Gives a point a rule, from now on.</summary>
    /// <param name="point">The point.</param>
    /// <param name="rule">The rule; one without a maximum takes the limit away.</param>
    /// <param name="error">One line that names the setting and its rule, when false is returned.</param>
    public bool TrySet(ControlPoint point, RateLimitRule rule, [NotNullWhen(false)] out string? error)
    {
        error = rule.FindBrokenRule(point) is { } broken ? $"RateLimits:{point}:{broken.Member} {broken.Rule}" : null;
        if (error is not null)
        {
            return false;
        }

        Set(point, rule);
        return true;
    }

    private void Set(ControlPoint point, RateLimitRule rule)
    {
        lock (_rulesLock)
        {
            this[point].Set(rule);
            HasRules = Points.Any(static one => one.HasRule);
        }
    }
}

/// <summary>One control point: its rule, if it has one, and what came of the calls while it had one.</summary>
/// <remarks>Any thread. Without a rule a call costs one volatile read. A new rule begins a new window, so that a change may let one further maximum pass.</remarks>
internal sealed class RateLimitPoint(ControlPoint point, TimeProvider timeProvider, ILogger log)
{
    private RateLimitWindow? _window;
    private long _passed;
    private long _refused;
    private long _beyond;

    public ControlPoint Point { get; } = point;

    /// <summary>The rule; one without a maximum when there is none.</summary>
    public RateLimitRule Rule => Volatile.Read(ref _window)?.Rule ?? new RateLimitRule();

    public bool HasRule => Volatile.Read(ref _window) is not null;

    /// <summary>Calls that passed.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Calls that were refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Calls beyond the maximum: those refused, and those a monitoring rule let pass.</summary>
    public long Beyond => Interlocked.Read(ref _beyond);

    /// <summary>Takes a valid rule in place of the one before.</summary>
    public void Set(RateLimitRule rule) =>
        Volatile.Write(ref _window, rule.Maximum == RateLimitRule.Unlimited ? null : new RateLimitWindow(rule, timeProvider));

    /// <summary>Counts one call; an error when it is refused.</summary>
    public RequestError? Count() => Volatile.Read(ref _window) is { } window ? Count(window) : null;

    private RequestError? Count(RateLimitWindow window)
    {
        RateLimitVerdict verdict = window.Count();
        if (verdict != RateLimitVerdict.Within)
        {
            Interlocked.Increment(ref _beyond);
            if (verdict == RateLimitVerdict.FirstBeyond)
            {
                // Once a window, however many follow.
                log.RateLimitReached(Point, window.Rule.Maximum, window.Rule.Period, window.Rule.Type);
            }

            if (window.Rule.Type == RateLimitType.Intercept)
            {
                Interlocked.Increment(ref _refused);
                return Refusal(window);
            }
        }

        Interlocked.Increment(ref _passed);
        return null;
    }

    private RequestError Refusal(RateLimitWindow window)
    {
        // Rounded up: a retry a fraction of a millisecond early would be refused again.
        TimeSpan wait = TimeSpan.FromMilliseconds(Math.Ceiling(window.Rest.TotalMilliseconds));
        string period = window.Rule.Period == RateLimitPeriod.Minute ? "minute" : "second";
        return new RequestError(
            ErrorCode.Overloaded, "", $"RateLimits:{Point} allows {window.Rule.Maximum} calls per {period} on this node", Retryable: true, wait);
    }
}

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

/// <summary>What a window says of one call.</summary>
internal enum RateLimitVerdict
{
    /// <summary>Within the maximum.</summary>
    Within,

    /// <summary>The first one beyond the maximum of this window.</summary>
    FirstBeyond,

    /// <summary>A further one beyond it.</summary>
    Beyond,
}

/// <summary>The log line about rate limits.</summary>
internal static partial class RateLimitLog
{
    [LoggerMessage(62, LogLevel.Warning, "RateLimits:{Point}: more than {Maximum} calls within a {Period} ({Type}); said once per window")]
    public static partial void RateLimitReached(this ILogger log, ControlPoint point, int maximum, RateLimitPeriod period, RateLimitType type);
}
