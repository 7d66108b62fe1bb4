namespace FastRegistry.Node.Admission;

/// <summary>The time over which calls are counted.</summary>
internal enum RateLimitPeriod
{
    Second,
    Minute,
}
