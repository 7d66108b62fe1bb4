namespace FastRegistry.Server.RateLimiting;

/// <summary>The time over which calls are counted.</summary>
internal enum RateLimitPeriod
{
    Second,
    Minute,
}
