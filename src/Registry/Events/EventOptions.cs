namespace FastRegistry.Registry.Events;

/// <summary>What becomes of events. Section <c>Events</c>.</summary>
internal sealed record EventOptions
{
    /// <summary>Events kept for the operator's call. Default 10,000; 0 keeps none.</summary>
    public int Kept { get; init; } = 10_000;

    /// <summary>Log lines of one kind per second; what is more becomes one line with the count. Default 100.</summary>
    public int LinesPerSecond { get; init; } = 100;

    /// <summary>Events that may wait for the log, and for the ring. Default 16,384; beyond it they are dropped and counted.</summary>
    public int QueueCapacity { get; init; } = 16_384;
}
