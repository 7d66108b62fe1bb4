using System.Collections.Immutable;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Reports;

/// <summary>Iterations, a step or a measure.</summary>
/// <param name="PerSecond">Successes per second.</param>
/// <param name="FromIntended">Null in closed phases.</param>
/// <param name="StartLateness">Null in closed phases.</param>
internal sealed record StepReport(
    string Name,
    long Ok,
    long Failed,
    double PerSecond,
    long Bytes,
    LatencySummary Latency,
    LatencySummary? FromIntended,
    LatencySummary? StartLateness,
    ImmutableArray<FailureCount> Failures);
