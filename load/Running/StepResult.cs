using System.Collections.Immutable;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Running;

/// <summary>What was measured of iterations, of a step or of a measure.</summary>
/// <param name="Name">The step's; for iterations the scenario's.</param>
/// <param name="Ok">Successes. Latencies are those of successes only.</param>
/// <param name="Failed">Failures.</param>
/// <param name="Bytes">Bytes of all successes.</param>
/// <param name="Latency">From the actual start.</param>
/// <param name="FromIntended">From the start the plan asked for, so that stalls of server and generator are in it; null in closed phases, for steps and measures.</param>
/// <param name="StartLateness">How much later than planned iterations began: the generator's own part of <paramref name="FromIntended"/>; null likewise.</param>
/// <param name="Failures">By status code, the most frequent first.</param>
internal sealed record StepResult(
    string Name,
    long Ok,
    long Failed,
    long Bytes,
    HistogramData Latency,
    HistogramData? FromIntended,
    HistogramData? StartLateness,
    ImmutableArray<FailureCount> Failures);
