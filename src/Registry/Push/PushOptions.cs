namespace FastRegistry.Registry.Push;

/// <summary>How fast pushes of one service follow each other, and what is done when they are not acknowledged. Section <c>Push</c>; times in the form
/// <c>00:00:00.010</c>.</summary>
internal sealed record PushOptions
{
    public const string MinimumKey = "Push:MergeWindowMinimum";
    public const string MaximumKey = "Push:MergeWindowMaximum";
    public const string AckDeadlineKey = "Push:AckDeadline";
    public const string RetryMinimumKey = "Push:RetryMinimum";
    public const string RetryMaximumKey = "Push:RetryMaximum";
    public const string RetriesKey = "Push:Retries";

    /// <summary>Time between two pushes of a service whose changes follow each other closely, to begin with. Default 10 ms.</summary>
    public TimeSpan MergeWindowMinimum { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>What that time grows to while changes keep coming. Default 500 ms (Nacos' fixed delay). Zero: every change is pushed at once.</summary>
    public TimeSpan MergeWindowMaximum { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Within which time a push is to be acknowledged; clients are told at set-up. Default 5 s.</summary>
    public TimeSpan AckDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the first repetition of what was not acknowledged to the second; doubles from try to try. Default 1 s.</summary>
    public TimeSpan RetryMinimum { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What that time grows to. Default 30 s.</summary>
    public TimeSpan RetryMaximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Repetitions before a client is left alone until it acknowledges something. Default 5; 0 = none.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>How long to wait after a number of repetitions.</summary>
    public TimeSpan RetryAfter(int tries)
    {
        // Shifted no further than any maximum needs, so that many tries do not wrap.
        TimeSpan time = RetryMinimum * (1L << Math.Min(tries - 1, 30));
        return time < RetryMaximum ? time : RetryMaximum;
    }
}
