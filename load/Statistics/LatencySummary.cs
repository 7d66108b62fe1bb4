namespace FastRegistry.Load.Statistics;

/// <summary>What a report says about a latency; all times in microseconds.</summary>
internal sealed record LatencySummary(
    long Count,
    double MinimumMicroseconds,
    double MeanMicroseconds,
    double P50Microseconds,
    double P75Microseconds,
    double P90Microseconds,
    double P95Microseconds,
    double P99Microseconds,
    double P999Microseconds,
    double P9999Microseconds,
    double MaximumMicroseconds);
