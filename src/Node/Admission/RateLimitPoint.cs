using FastRegistry.Node.Observability;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Admission;

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
