using System.Collections.Immutable;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Tests.Reports;

public sealed class RestReportTests
{
    private static readonly RestPoint Before = Point("before", heap: 100, gauge: 5);
    private static readonly RestPoint Early = Point("second 20", heap: 1000, gauge: 500);
    private static readonly RestPoint After = Point("60 s after", heap: 900, gauge: 5);

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1050, true)]
    [InlineData(950, true)]
    [InlineData(1051, false)]
    [InlineData(949, false)]
    public void The_heap_under_an_even_load_must_stand_still_within_5_percent(long atTheEnd, bool held)
    {
        RestReport report = RestReport.Of(Before, Early, Point("end", atTheEnd, gauge: 510), After, judgesMemory: true);

        Assert.Equal(held, Row(report, "managed heap").Held);
        Assert.Equal(held ? 0 : 2, report.Failed); // the heap, and resident memory that goes with it
    }

    [Theory]
    [InlineData(20, 21, true)]
    [InlineData(20, 22, false)]
    [InlineData(100, 105, true)]
    [InlineData(100, 106, false)]
    public void Resident_memory_may_not_grow_either(int earlyMegabytes, int lateMegabytes, bool held)
    {
        static RestPoint At(string when, int megabytes) => Point(when, 1000, gauge: 500) with { ResidentAnonymousBytes = megabytes * 1024L * 1024 };

        RestReport report = RestReport.Of(Before, At("second 20", earlyMegabytes), At("end", lateMegabytes), After, judgesMemory: true);

        Assert.Equal(held, Row(report, "RssAnon").Held);
    }

    [Fact]
    public void Growth_within_a_short_run_is_shown_and_not_judged()
    {
        RestReport report = RestReport.Of(Before, Early, Point("end", 5000, gauge: 510), After, judgesMemory: false);

        Assert.Null(Row(report, "managed heap").Held);
        Assert.Equal(0, report.Failed);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(4, true)]
    [InlineData(6, false)]
    public void What_clients_had_must_be_given_back(double after, bool held)
    {
        RestReport report = RestReport.Of(Before, Early, Point("end", 1000, gauge: 510), Point("60 s after", 900, after), judgesMemory: true);

        Assert.All(RestGauge.All, gauge => Assert.Equal(held, Row(report, gauge.Name).Held));
        Assert.Equal(held ? 0 : RestGauge.All.Length, report.Failed);
    }

    [Fact]
    public void What_a_server_does_not_tell_is_not_judged()
    {
        RestPoint silent = Before with { Gauges = [.. RestGauge.All.Select(static _ => (double?)null)] };

        RestReport report = RestReport.Of(silent, Early, Early, After, judgesMemory: true);

        Assert.All(RestGauge.All, gauge => Assert.Null(Row(report, gauge.Name).Held));
    }

    [Fact]
    public void A_run_whose_server_keeps_something_has_failed_and_says_so()
    {
        LoadReport run = SampleReports.Full with
        {
            Thresholds = [SampleReports.Full.Thresholds[0]],
            Rest = RestReport.Of(Before, Early, Early, Point("60 s after", 900, gauge: 6), judgesMemory: true),
        };

        Assert.False(run.Passed);
        string text = TextReport.Write(run);
        Assert.Contains($"FAILED, {RestGauge.All.Length} of {RestGauge.All.Length + 2} figures did not come back to rest", text, StringComparison.Ordinal);
        string wheel = Assert.Single(text.Split('\n'), static line => line.StartsWith("  wheel entries ", StringComparison.Ordinal));
        Assert.Equal(["wheel", "entries", "5", "500", "500", "6", "60", "s", "after", "≤", "before", "FAILED"], wheel.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("| wheel entries | 5 | 500 | 500 | 6 |", MarkdownReport.Write(run), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gauge_of_several_metrics_is_their_sum_and_nothing_when_one_is_missing()
    {
        RestGauge marks = RestGauge.All.Single(static gauge => gauge.Name == "dirty marks");

        Assert.Equal(5, marks.Read(new MetricsText("fastregistry_push_queue 2\nfastregistry_push_merging 3\n")));
        Assert.Null(marks.Read(new MetricsText("fastregistry_push_queue 2\n")));
    }

    private static RestRow Row(RestReport report, string name) => report.Rows.Single(row => row.Name == name);

    private static RestPoint Point(string when, long heap, double gauge) =>
        new(when, heap, 10 * heap, RestGauge.All.Select(_ => (double?)gauge).ToImmutableArray());
}
