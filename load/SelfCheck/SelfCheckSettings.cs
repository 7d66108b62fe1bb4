namespace FastRegistry.Load.SelfCheck;

/// <summary>What the load tool is checked against: a server whose every delay is known.</summary>
internal sealed record SelfCheckSettings
{
    /// <summary>Open model.</summary>
    public int PerSecond { get; init; } = 1_000;

    /// <summary>Length of each run.</summary>
    public TimeSpan During { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Of every answer.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Once in each run nothing happens for this time. At most a fifth of <see cref="During"/>, so that the median is not part of it.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Closed model with several copies.</summary>
    public int Copies { get; init; } = 16;

    /// <summary>Length of each measurement of the runner's own cost.</summary>
    public TimeSpan CostDuring { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How much more than expected the median may be: the machine wakes threads late.</summary>
    public TimeSpan MedianLateness { get; init; } = TimeSpan.FromMilliseconds(3);

    /// <summary>How much more than expected other values may be.</summary>
    public TimeSpan OtherLateness { get; init; } = TimeSpan.FromMilliseconds(25);
}
