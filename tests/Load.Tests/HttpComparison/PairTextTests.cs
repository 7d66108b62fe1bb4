using FastRegistry.Load.HttpComparison;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.HttpComparison;

public sealed class PairTextTests
{
    private static readonly BeatsArguments Beats = BeatsArguments.Read(["--instances", "100"]);

    [Fact]
    public void Beats_hold_at_their_limit_and_not_above()
    {
        List<(BeatsRun, BeatsRun)> good = [BeatsPair(12.5, 10), BeatsPair(30, 10), BeatsPair(5, 10)];
        List<(BeatsRun, BeatsRun)> bad = [BeatsPair(12.7, 10), BeatsPair(30, 10), BeatsPair(5, 10)];

        Assert.True(BeatsText.Holds(Beats, good));
        Assert.Contains("bare endpoint: 1.25, reached", BeatsText.Write(Beats, good), StringComparison.Ordinal);
        Assert.False(BeatsText.Holds(Beats, bad));
        Assert.Contains("bare endpoint: 1.27, MISSED", BeatsText.Write(Beats, bad), StringComparison.Ordinal);
    }

    [Fact]
    public void One_failure_or_one_instance_less_and_beats_do_not_hold()
    {
        List<(BeatsRun, BeatsRun)> failed = [(new BeatsRun(Result(1, 1, failures: 3), 100), new BeatsRun(Result(1, 1), null))];
        List<(BeatsRun, BeatsRun)> lost = [(new BeatsRun(Result(1, 1), 99), new BeatsRun(Result(1, 1), null))];

        Assert.False(BeatsText.Holds(Beats, failed));
        Assert.Contains("FAILED: 3 as 'http 500'", BeatsText.Write(Beats, failed), StringComparison.Ordinal);
        Assert.False(BeatsText.Holds(Beats, lost));
        Assert.Contains("in the worst run: 99 of 100", BeatsText.Write(Beats, lost), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_rates_must_hold()
    {
        HttpRun bare = new(Result(1, 100), Result(1, 100));
        HttpRun good = new(Result(1, 70), Result(1, 70));

        Assert.True(HttpText.Holds([(good, bare)]));
        Assert.False(HttpText.Holds([(good with { Beats = Result(1, 69) }, bare)]));
        Assert.False(HttpText.Holds([(good with { Lists = Result(1, 69) }, bare)]));
        Assert.False(HttpText.Holds([(good with { Lists = Result(1, 70, failures: 1) }, bare)]));
        string text = HttpText.Write(HttpArguments.Read([]), [(good with { Lists = Result(1, 50) }, bare)]);
        Assert.Contains("goal: beats at 0.7 times the bare endpoint's rate or more: 0.70, reached", text, StringComparison.Ordinal);
        Assert.Contains("goal: lists of a 10-instance service at 0.7 times the bare endpoint's rate or more: 0.50, MISSED", text, StringComparison.Ordinal);
    }

    private static (BeatsRun, BeatsRun) BeatsPair(double product, double bare) => (new BeatsRun(Result(product, 1), 100), new BeatsRun(Result(bare, 1), null));

    private static TrafficResult Result(double cpuMicroseconds, double perSecond, int failures = 0) => new(
        perSecond, new LatencyHistogram().Summarise(), cpuMicroseconds, 0, 1000, failures == 0 ? [] : [new FailureCount("http 500", failures)]);
}
