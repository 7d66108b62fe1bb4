using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Thresholds;

/// <summary>A condition the results of a run must meet, such as <c>heartbeats/p99.9 &lt; 20ms</c>.</summary>
internal sealed record LoadThreshold
{
    /// <summary>As it was given.</summary>
    public required string Text { get; init; }

    /// <summary>Null = every stage that has iterations.</summary>
    public string? Stage { get; init; }

    /// <summary>A step or measure; null = the iterations.</summary>
    public string? Step { get; init; }

    public required ThresholdMetric Metric { get; init; }

    /// <summary>Latencies from the actual start even where there is an intended one.</summary>
    public bool FromActualStart { get; init; }

    public required ThresholdOperator Operator { get; init; }

    /// <summary>In the threshold's unit.</summary>
    public required double Limit { get; init; }

    /// <summary>Microseconds of a duration's unit; 1 for everything else.</summary>
    public double UnitMicroseconds { get; init; } = 1;

    /// <exception cref="Commands.ArgumentError">It is not a threshold; names the part and the rule.</exception>
    public static LoadThreshold Parse(string text) => ThresholdText.Parse(text);

    /// <summary>Compares; without a stage of its own the worst of all stages.</summary>
    /// <param name="losses">Connections that ended though nobody asked them to.</param>
    /// <param name="leftOnServers">Connections servers still count after the run.</param>
    public ThresholdResult Evaluate(IReadOnlyList<StageReport> stages, int losses, int leftOnServers) => Metric switch
    {
        ThresholdMetric.Losses => ResultOf([losses]),
        ThresholdMetric.Left => ResultOf([leftOnServers]),
        _ => ResultOf([.. stages.Where(IsMeant).SelectMany(ValuesOf)]),
    };

    private bool IsMeant(StageReport stage) => Stage is null ? stage.Iterations.Ok + stage.Iterations.Failed > 0 : stage.Name == Stage;

    // Nothing, where the threshold does not apply; null, where it does and there is no value.
    private IEnumerable<double?> ValuesOf(StageReport stage)
    {
        if (Stage is null && Metric == ThresholdMetric.AchievedPercent && stage.AskedPerSecond is null)
        {
            return [];
        }

        IEnumerable<StepReport> steps = Step is null ? [stage.Iterations] : stage.Steps.Where(step => step.Name == Step);
        return steps.Select(step => ThresholdValue.Of(Metric, stage, step, FromActualStart) / UnitMicroseconds);
    }

    private ThresholdResult ResultOf(double?[] values)
    {
        if (values.Length == 0 || values.Contains(null))
        {
            return new ThresholdResult(Text, null, Held: false);
        }

        double worst = values.Select(static value => value!.Value).MaxBy(Badness);
        return new ThresholdResult(Text, worst, Holds(worst));
    }

    private double Badness(double value) => Operator switch
    {
        ThresholdOperator.Below or ThresholdOperator.AtMost => value,
        ThresholdOperator.Above or ThresholdOperator.AtLeast => -value,
        ThresholdOperator.Equal => Math.Abs(value - Limit),
        _ => -Math.Abs(value - Limit),
    };

    private bool Holds(double value) => Operator switch
    {
        ThresholdOperator.Below => value < Limit,
        ThresholdOperator.AtMost => value <= Limit,
        ThresholdOperator.Above => value > Limit,
        ThresholdOperator.AtLeast => value >= Limit,
        ThresholdOperator.Equal => value == Limit,
        _ => value != Limit,
    };
}
