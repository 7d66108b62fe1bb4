using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Thresholds;

/// <summary>Reads the value a threshold is about from reports.</summary>
internal static class ThresholdValue
{
    /// <summary>A value of a stage, or of one of its steps; durations in microseconds. Null when there is none.</summary>
    /// <param name="fromActualStart">Latencies from the actual start even where there is an intended one.</param>
    public static double? Of(ThresholdMetric metric, StageReport stage, StepReport step, bool fromActualStart) => metric switch
    {
        ThresholdMetric.Rate => step.PerSecond,
        ThresholdMetric.Ok => step.Ok,
        ThresholdMetric.Failed => step.Failed,
        ThresholdMetric.FailPercent => step.Ok + step.Failed > 0 ? 100.0 * step.Failed / (step.Ok + step.Failed) : null,
        ThresholdMetric.AchievedPercent => stage is { AskedPerSecond: > 0 and { } asked, StartedPerSecond: { } started } ? 100 * started / asked : null,
        _ => Of(metric, (fromActualStart ? null : step.FromIntended) ?? step.Latency),
    };

    private static double? Of(ThresholdMetric metric, LatencySummary latency) => (metric, latency.Count) switch
    {
        (_, 0) => null,
        (ThresholdMetric.Minimum, _) => latency.MinimumMicroseconds,
        (ThresholdMetric.Mean, _) => latency.MeanMicroseconds,
        (ThresholdMetric.P50, _) => latency.P50Microseconds,
        (ThresholdMetric.P75, _) => latency.P75Microseconds,
        (ThresholdMetric.P90, _) => latency.P90Microseconds,
        (ThresholdMetric.P95, _) => latency.P95Microseconds,
        (ThresholdMetric.P99, _) => latency.P99Microseconds,
        (ThresholdMetric.P999, _) => latency.P999Microseconds,
        (ThresholdMetric.P9999, _) => latency.P9999Microseconds,
        _ => latency.MaximumMicroseconds,
    };
}
