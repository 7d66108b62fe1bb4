namespace FastRegistry.Node.Admission;

/// <summary>How many calls a control point takes. A section under <c>RateLimits</c>.</summary>
internal sealed record RateLimitRule
{
    /// <summary><see cref="Maximum"/> of a point without a limit, as in Nacos.</summary>
    public const int Unlimited = -1;

    private const int HighestMaximum = 1_000_000_000;

    /// <summary>Calls in one period, 0 … 1,000,000,000, on this node. Default -1: no limit, nothing is counted. 0 with <see cref="RateLimitType.Intercept"/>
    /// refuses every call.</summary>
    public int Maximum { get; init; } = Unlimited;

    /// <summary>Default Monitor (Nacos): a limit that was guessed too low only writes to the log.</summary>
    public RateLimitType Type { get; init; } = RateLimitType.Monitor;

    /// <summary>Default Second (Nacos). A minute lets a burst of a whole minute's calls pass at once.</summary>
    public RateLimitPeriod Period { get; init; } = RateLimitPeriod.Second;

    /// <summary>The member and the rule it breaks at a point, as the end of a key and of a sentence; null when none.</summary>
    public (string Member, string Rule)? FindBrokenRule(ControlPoint point)
    {
        if (Maximum is < Unlimited or > HighestMaximum)
        {
            return (nameof(Maximum), $"must be between 0 and {HighestMaximum}, or {Unlimited} for no limit");
        }

        if (!Enum.IsDefined(Period))
        {
            return (nameof(Period), "must be Second or Minute");
        }

        if (!Enum.IsDefined(Type))
        {
            return (nameof(Type), "must be Monitor or Intercept");
        }

        if (Type == RateLimitType.Monitor)
        {
            return null;
        }

        return point switch
        {
            ControlPoint.HealthCheck => (nameof(Type), "must be Monitor: a client whose heartbeat is refused takes the connection for lost"),
            ControlPoint.HttpBeat => (nameof(Type), "must be Monitor: an instance whose beats are refused is removed"),
            _ => null,
        };
    }
}

/// <summary>What happens to calls beyond the maximum.</summary>
internal enum RateLimitType
{
    /// <summary>They are counted and logged, and pass.</summary>
    Monitor,

    /// <summary>They are refused as overloaded.</summary>
    Intercept,
}

/// <summary>The time over which calls are counted.</summary>
internal enum RateLimitPeriod
{
    Second,
    Minute,
}
