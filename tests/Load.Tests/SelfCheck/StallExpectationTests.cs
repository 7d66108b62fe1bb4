using System.Diagnostics;
using FastRegistry.Load.SelfCheck;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.SelfCheck;

public sealed class StallExpectationTests
{
    // 10 s at 1,000/s, answers after 2 ms, a stall of 1 s.
    private static readonly StallExpectation Expectation = new(new SelfCheckSettings());

    private static IEnumerable<double> Fast(int count) => Enumerable.Repeat(2.1, count);

    private static IEnumerable<double> Stalled => Enumerable.Range(0, 1_000).Select(static i => 1_002.0 - i);

    [Fact]
    public void A_true_report_of_an_open_run_passes()
    {
        CheckedValue[] values = [.. Expectation.CheckOpen(Data([.. Fast(9_000), .. Stalled]))];

        Assert.All(values, static value => Assert.True(value.Holds, $"{value}"));
        Assert.Equal([2, 502, 902, 1_002, 902], values.Select(static value => value.Expected), static (a, b) => Math.Abs(a - b) < 0.001);
    }

    [Fact]
    public void A_harness_that_measured_from_the_actual_start_fails() =>
        AssertFails(Expectation.CheckOpen(Data([.. Fast(9_999), 1_002])), "p95 ms", "p99 ms", "slower than 100 ms");

    [Fact]
    public void A_harness_that_lost_what_the_stall_delayed_fails() =>
        AssertFails(Expectation.CheckOpen(Data([.. Fast(9_000), .. Stalled.Where(static (_, i) => i % 10 == 0)])), "p95 ms", "p99 ms", "slower than 100 ms");

    [Fact]
    public void A_harness_that_adds_delays_of_its_own_fails() =>
        AssertFails(Expectation.CheckOpen(Data([.. Fast(9_000).Select(static time => time + 10), .. Stalled])), "p50 ms");

    [Fact]
    public void A_generator_that_hides_that_it_was_late_fails() =>
        AssertFails(Expectation.CheckLateness(Data([.. Enumerable.Repeat(0.1, 10_000)])), "start lateness p95 ms", "start lateness max ms");

    [Fact]
    public void A_closed_run_has_one_slow_answer_for_each_copy()
    {
        HistogramData three = Data([.. Fast(6_000), 1_001, 1_001, 1_002]);

        Assert.All(Expectation.CheckClosed(three, 3), static value => Assert.True(value.Holds, $"{value}"));
        AssertFails(Expectation.CheckClosed(three, 4), "slower than 900 ms");
    }

    private static void AssertFails(IEnumerable<CheckedValue> values, params string[] names) =>
        Assert.Equal(names, values.Where(static value => !value.Holds).Select(static value => value.Name));

    private static HistogramData Data(double[] milliseconds)
    {
        LatencyHistogram histogram = new();
        foreach (double time in milliseconds)
        {
            histogram.Record((long)(time * Stopwatch.Frequency / 1e3));
        }

        return histogram.ToData();
    }
}
