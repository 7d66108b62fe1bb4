using FastRegistry.Load.Commands;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Tests.Thresholds;

public sealed class ThresholdTextTests
{
    [Theory]
    [InlineData("p99 < 5ms", null, null, "P99", false, "Below", 5, 1_000)]
    [InlineData("p99<5ms", null, null, "P99", false, "Below", 5, 1_000)]
    [InlineData("heartbeats/p99.9 < 20ms", "heartbeats", null, "P999", false, "Below", 20, 1_000)]
    [InlineData("each subscriber:max <= 1.5s", null, "each subscriber", "Maximum", false, "AtMost", 1.5, 1_000_000)]
    [InlineData("100 subscribers/each subscriber:service-p50 > 250us", "100 subscribers", "each subscriber", "P50", true, "Above", 250, 1)]
    [InlineData("fail-percent <= 0.1", null, null, "FailPercent", false, "AtMost", 0.1, 1)]
    [InlineData("rate >= 1000/s", null, null, "Rate", false, "AtLeast", 1_000, 1)]
    [InlineData("achieved-percent >= 95%", null, null, "AchievedPercent", false, "AtLeast", 95, 1)]
    [InlineData("losses == 0", null, null, "Losses", false, "Equal", 0, 1)]
    [InlineData("left != 3", null, null, "Left", false, "NotEqual", 3, 1)]
    public void A_threshold_has_a_subject_an_operator_and_a_limit(
        string text, string? stage, string? step, string metric, bool fromActualStart, string comparison, double limit, double unitMicroseconds)
    {
        LoadThreshold threshold = LoadThreshold.Parse(text);

        Assert.Equal(text, threshold.Text);
        Assert.Equal((stage, step), (threshold.Stage, threshold.Step));
        Assert.Equal((metric, fromActualStart), (threshold.Metric.ToString(), threshold.FromActualStart));
        Assert.Equal((comparison, limit, unitMicroseconds), (threshold.Operator.ToString(), threshold.Limit, threshold.UnitMicroseconds));
    }

    [Theory]
    [InlineData("p99", "operators")]
    [InlineData("p99 = 5ms", "operators")]
    [InlineData("p98 < 5ms", "no metric 'p98'")]
    [InlineData("service-rate > 5", "no metric 'service-rate'")]
    [InlineData("p99 < 5", "p99 is compared with a duration")]
    [InlineData("p99 < fast", "not with 'fast'")]
    [InlineData("rate > 5ms", "rate is compared with a number")]
    [InlineData("failed < -1", "failed is compared with a number")]
    [InlineData("stage/losses == 0", "whole run")]
    [InlineData("step:achieved-percent > 5", "takes no step")]
    public void A_wrong_threshold_is_named_with_its_rule(string text, string expected)
    {
        ArgumentError error = Assert.Throws<ArgumentError>(() => LoadThreshold.Parse(text));

        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
