using System.Collections.Immutable;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.HttpComparison;

/// <summary>What one measured window told.</summary>
/// <param name="PerSecond">Answers.</param>
/// <param name="Latency">From when a request should have been sent to the end of its answer.</param>
/// <param name="ServerCpuMicroseconds">Of the server's process, per answer.</param>
/// <param name="ServerAllocatedBytes">Managed memory, per answer.</param>
/// <param name="Answered">In the window.</param>
/// <param name="Failures">In the window, its warm-up and until the last answer.</param>
internal sealed record TrafficResult(
    double PerSecond, LatencySummary Latency, double ServerCpuMicroseconds, double ServerAllocatedBytes, long Answered, ImmutableArray<FailureCount> Failures)
{
    public int Failed => Failures.Sum(static failure => failure.Count);
}
