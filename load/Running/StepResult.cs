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
    ImmutableArray<FailureCount> Failures)
{
    /// <summary>Sums of all; the name is the first one's.</summary>
    /// <param name="parts">At least one.</param>
    public static StepResult Merge(IReadOnlyList<StepResult> parts) => new(
        parts[0].Name,
        parts.Sum(static part => part.Ok),
        parts.Sum(static part => part.Failed),
        parts.Sum(static part => part.Bytes),
        LatencyHistogram.Of(parts.Select(static part => part.Latency)).ToData(),
        MergeWhereAny(parts.Select(static part => part.FromIntended)),
        MergeWhereAny(parts.Select(static part => part.StartLateness)),
        FailureCounter.Sum(parts.SelectMany(static part => part.Failures)));

    private static HistogramData? MergeWhereAny(IEnumerable<HistogramData?> parts)
    {
        HistogramData[] there = [.. parts.OfType<HistogramData>()];
        return there.Length > 0 ? LatencyHistogram.Of(there).ToData() : null;
    }
}
