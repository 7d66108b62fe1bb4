using System.Diagnostics;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Tests.Thresholds;

public sealed class LoadThresholdTests
{
    private static readonly StageReport Fast = Stage("fast", Report("fast", ok: 990, failed: 10, milliseconds: 2));
    private static readonly StageReport Slow = Stage(
        "slow", Report("slow", ok: 500, failed: 0, milliseconds: 3, fromIntendedMilliseconds: 40), asked: 1_000, started: 900,
        steps: [Report("part", ok: 7, failed: 0, milliseconds: 1)]);

    private static readonly StageReport Empty = Stage("empty", Report("empty", ok: 0, failed: 0, milliseconds: 0));

    [Theory]
    [InlineData("p99 < 50ms", 40, true)]
    [InlineData("p99 < 30ms", 40, false)]
    [InlineData("p99 < 40000us", 40_000, false)]
    [InlineData("fast/max <= 2ms", 2, true)]
    [InlineData("service-p99 < 5ms", 3, true)]
    [InlineData("rate >= 100", 50, false)]
    [InlineData("fast/rate >= 99", 99, true)]
    [InlineData("fail-percent <= 0.5", 1, false)]
    [InlineData("fail-percent <= 1", 1, true)]
    [InlineData("failed == 0", 10, false)]
    [InlineData("ok > 499", 500, true)]
    [InlineData("achieved-percent >= 95", 90, false)]
    [InlineData("achieved-percent >= 90", 90, true)]
    [InlineData("part:mean < 2ms", 1, true)]
    [InlineData("slow/part:ok == 7", 7, true)]
    [InlineData("empty/ok == 0", 0, true)]
    [InlineData("losses == 0", 2, false)]
    [InlineData("losses <= 2", 2, true)]
    [InlineData("left == 3", 3, true)]
    public void The_worst_stage_is_compared_with_the_limit(string text, double found, bool held)
    {
        ThresholdResult result = LoadThreshold.Parse(text).Evaluate([Fast, Slow, Empty], losses: 2, leftOnServers: 3);

        Assert.Equal(text, result.Text);
        Assert.NotNull(result.Found);
        Assert.Equal(found, result.Found.Value, tolerance: found * 0.005);
        Assert.Equal(held, result.Held);
    }

    [Theory]
    [InlineData("other/p99 < 5ms")]
    [InlineData("other:p99 < 5ms")]
    [InlineData("fast/part:p99 < 5ms")]
    [InlineData("empty/p99 < 5ms")]
    [InlineData("fast/achieved-percent > 0")]
    [InlineData("empty/fail-percent < 5")]
    public void What_was_not_measured_fails(string text)
    {
        ThresholdResult result = LoadThreshold.Parse(text).Evaluate([Fast, Slow, Empty], losses: 0, leftOnServers: 0);

        Assert.Null(result.Found);
        Assert.False(result.Held);
    }

    [Fact]
    public void Iterations_that_all_failed_have_no_latency_that_could_hold()
    {
        StageReport failed = Stage("failed", Report("failed", ok: 0, failed: 5, milliseconds: 0));

        Assert.False(LoadThreshold.Parse("p99 < 1s").Evaluate([Fast, failed], 0, 0).Held);
    }

    private static StageReport Stage(string name, StepReport iterations, double? asked = null, double? started = null, params StepReport[] steps) =>
        new(name, "call", "keep(1, 10s)", 10, asked, started, iterations, [.. steps], new StageCost(10, 0, 0, 0));

    private static StepReport Report(string name, long ok, long failed, double milliseconds, double? fromIntendedMilliseconds = null) => new(
        name,
        ok,
        failed,
        PerSecond: ok / 10.0,
        Bytes: 0,
        Summary(ok, milliseconds),
        fromIntendedMilliseconds is { } intended ? Summary(ok, intended) : null,
        StartLateness: null,
        Failures: []);

    private static LatencySummary Summary(long count, double milliseconds)
    {
        LatencyHistogram histogram = new();
        for (long i = 0; i < count; i++)
        {
            histogram.Record((long)(milliseconds * Stopwatch.Frequency / 1_000));
        }

        return histogram.Summarise();
    }
}
