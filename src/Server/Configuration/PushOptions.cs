namespace FastRegistry.Server.Configuration;

/// <summary>How fast pushes of one service follow each other. Section <c>Push</c>; values in the form <c>00:00:00.010</c>.</summary>
internal sealed record PushOptions
{
    public const string MinimumKey = "Push:MergeWindowMinimum";
    public const string MaximumKey = "Push:MergeWindowMaximum";

    /// <summary>Time between two pushes of a service whose changes follow each other closely, to begin with. Default 10 ms.</summary>
    public TimeSpan MergeWindowMinimum { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>What that time grows to while changes keep coming. Default 500 ms (Nacos' fixed delay). Zero: every change is pushed at once.</summary>
    public TimeSpan MergeWindowMaximum { get; init; } = TimeSpan.FromMilliseconds(500);
}
