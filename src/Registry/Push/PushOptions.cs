using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Push;

/// <summary>Options for how fast pushes of one service follow each other, and for pushes that are not acknowledged. Section <c>Push</c>; times in the form
/// <c>00:00:00.010</c>.</summary>
internal sealed record PushOptions
{
    public const string MinimumKey = "Push:MergeWindowMinimum";
    public const string MaximumKey = "Push:MergeWindowMaximum";
    public const string AckDeadlineKey = "Push:AckDeadline";
    public const string RetryMinimumKey = "Push:RetryMinimum";
    public const string RetryMaximumKey = "Push:RetryMaximum";
    public const string RetriesKey = "Push:Retries";

    private const int MaximumRetries = 1000;

    /// <summary>Time between two pushes of a service whose changes follow each other closely, to begin with. Default 10 ms.</summary>
    public TimeSpan MergeWindowMinimum { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest time between two such pushes, while changes keep coming. Default 500 ms (Nacos' fixed delay). Zero: every change is pushed at
    /// once.</summary>
    public TimeSpan MergeWindowMaximum { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The time within which a push is to be acknowledged; clients learn it at set-up. Default 5 s.</summary>
    public TimeSpan AckDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the first repetition of what was not acknowledged to the second; doubles from try to try. Default 1 s.</summary>
    public TimeSpan RetryMinimum { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two repetitions. Default 30 s.</summary>
    public TimeSpan RetryMaximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Repetitions before a client is left alone until it acknowledges something. Default 5; 0 = none.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The merge windows in wheel milliseconds.</summary>
    public MergeLimits MergeLimits => new((int)MergeWindowMinimum.TotalMilliseconds, (int)MergeWindowMaximum.TotalMilliseconds);

    /// <summary>The time to wait after a number of repetitions.</summary>
    public TimeSpan RetryAfter(int tries)
    {
        // Shifted no further than any maximum needs, so that many tries do not wrap.
        TimeSpan time = RetryMinimum * (1L << Math.Min(tries - 1, 30));
        return time < RetryMaximum ? time : RetryMaximum;
    }

    /// <summary>Throws when a value breaks a rule.</summary>
    public void Check()
    {
        TimeSpan maximum = MergeWindowMaximum;
        if (maximum < TimeSpan.Zero || maximum > TimeSpan.FromMinutes(1))
        {
            throw new ConfigurationError(MaximumKey, "must be between 00:00:00 (off) and 00:01:00");
        }

        if (MergeWindowMinimum < TimeSpan.FromMilliseconds(1) || (maximum > TimeSpan.Zero && MergeWindowMinimum > maximum))
        {
            throw new ConfigurationError(MinimumKey, $"must be between 00:00:00.0010000 and {MaximumKey} ({maximum})");
        }

        CheckAcks();
    }

    private void CheckAcks()
    {
        // Clients wait up to four fifths of it for other frames to take an ack along.
        CheckTime(AckDeadlineKey, AckDeadline, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        CheckTime(RetryMaximumKey, RetryMaximum, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        CheckTime(RetryMinimumKey, RetryMinimum, TimeSpan.FromMilliseconds(10), RetryMaximum);
        if (Retries is < 0 or > MaximumRetries)
        {
            throw new ConfigurationError(RetriesKey, $"must be between 0 and {MaximumRetries}");
        }
    }

    private static void CheckTime(string key, TimeSpan value, TimeSpan minimum, TimeSpan maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw new ConfigurationError(key, $"must be between {minimum} and {maximum}");
        }
    }
}
