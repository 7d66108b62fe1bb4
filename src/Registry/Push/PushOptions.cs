using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Push;

/// <summary>Options for how fast pushes of one service follow each other, and for pushes that are not taken in. Section <c>Push</c>; times in the form
/// <c>00:00:00.010</c>.</summary>
internal sealed record PushOptions
{
    public const string MinimumKey = "Push:MergeWindowMinimum";
    public const string MaximumKey = "Push:MergeWindowMaximum";
    public const string AckDeadlineKey = "Push:AckDeadline";

    /// <summary>Time between two pushes of a service whose changes follow each other closely, to begin with. Default 10 ms.</summary>
    public TimeSpan MergeWindowMinimum { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest time between two such pushes, while changes keep coming. Default 500 ms (Nacos' fixed delay). Zero: every change is pushed at
    /// once.</summary>
    public TimeSpan MergeWindowMaximum { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a push that asked for an ack may go without one before the event <c>PushNotTakenIn</c> names its client, although all was sent and the
    /// client was heard of since. Default 30 s. No client is dropped for it.</summary>
    public TimeSpan AckDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The merge windows in wheel milliseconds.</summary>
    public MergeLimits MergeLimits => new((int)MergeWindowMinimum.TotalMilliseconds, (int)MergeWindowMaximum.TotalMilliseconds);

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

        if (AckDeadline < TimeSpan.FromMilliseconds(100) || AckDeadline > TimeSpan.FromHours(1))
        {
            throw new ConfigurationError(AckDeadlineKey, "must be between 00:00:00.1000000 and 01:00:00");
        }
    }
}
