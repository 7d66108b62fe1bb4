using FastRegistry.Load.Reports;
using FastRegistry.Load.Running;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Generators;

/// <summary>Makes the report of a stage of what generators measured.</summary>
internal static class StageReports
{
    public static StageReport Of(StageOutline stage, ScenarioResult result, StageCost cost) => new(
        stage.Name,
        stage.Unit,
        PhaseText.Format(stage.Phases),
        result.Seconds,
        result.Asked > 0 ? PerSecond(result.Asked, result) : null,
        result.Asked > 0 ? PerSecond(result.Started, result) : null,
        StepOf(result.Iterations, result),
        [.. result.Steps.Select(step => StepOf(step, result))],
        cost);

    private static StepReport StepOf(StepResult step, ScenarioResult result) => new(
        step.Name,
        step.Ok,
        step.Failed,
        PerSecond(step.Ok, result),
        step.Bytes,
        LatencyHistogram.Summarise(step.Latency),
        step.FromIntended is { } intended ? LatencyHistogram.Summarise(intended) : null,
        step.StartLateness is { } lateness ? LatencyHistogram.Summarise(lateness) : null,
        step.Failures);

    private static double PerSecond(long count, ScenarioResult result) => result.Seconds > 0 ? count / result.Seconds : 0;
}
