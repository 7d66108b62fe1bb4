using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.Reports;

public sealed class MarkdownReportTests
{
    [Fact]
    public void Each_subject_has_its_table()
    {
        string[] lines = MarkdownReport.Write(SampleReports.Full).Split('\n');

        Assert.Equal(
            ["## Stages", "## Latency", "## Failures and losses", "## Memory of the servers", "## Thresholds", "## Timeline"],
            lines.Where(static line => line.StartsWith("## ", StringComparison.Ordinal)));
        Assert.Contains("* Result: **FAILED, 1 of 2 thresholds did not hold**", lines);
        Assert.Contains(
            "| query | query | inject rate=100 interval=1s during=10s | 10.0 | 990 | 5 | 99.0/s | 0.2 % | 0.1 % | 20.0 µs | 10.0 µs | 480 B | 100/s | 99.5/s | 99.5 % |",
            lines);
        Assert.Contains(
            "| query | iterations | intended start | 990 | 5 | 99.0/s | 1.93 MB | 200 µs | 400 µs | 600 µs | 800 µs | 1.00 ms | 1.20 ms | 1.40 ms | 1.60 ms | 1.80 ms | 2.00 ms |",
            lines);
        Assert.Contains("| query | arrival | actual start | 0 | 2 | 0/s | 0 B | - | - | - | - | - | - | - | - | - | - |", lines);
        Assert.Contains("| late | query | arrival | 2 |", lines);
        Assert.Contains("| closed by the server | all | connections lost | 3 |", lines);
        Assert.Contains("| open | 1,000 | 2.67 MB | 22.0 MB | 8.00 KB | 105 MB | 1,750 B | 2,100 B | 5,000 B |", lines);
        Assert.Contains("| arrival p50 < 5ms | - | FAILED |", lines);
        Assert.Contains("| query | 1.00 | 99 | 1 | 2.00 ms | 1.00 MB | 20.0 MB | 1,000 |", lines);
    }

    [Fact]
    public void Every_row_has_the_columns_of_its_header()
    {
        int columns = 0;
        foreach (string line in MarkdownReport.Write(SampleReports.Full).Split('\n'))
        {
            int bars = line.Count(static letter => letter == '|');
            Assert.True(bars == 0 || columns == 0 || bars == columns, line);
            columns = bars;
        }
    }

    [Fact]
    public void A_kind_of_failure_cannot_break_its_table()
    {
        LoadReport report = SampleReports.Full with { Losses = [new FailureCount("a|b\nc", 1)] };

        Assert.Contains("\n| a\\|b c | all | connections lost | 1 |\n", MarkdownReport.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void What_did_not_happen_has_no_section()
    {
        LoadReport report = SampleReports.Full with { Stages = [SampleReports.ClosedStage], Losses = [], Memory = [], Thresholds = [], Timeline = [] };

        string text = MarkdownReport.Write(report);

        Assert.DoesNotContain("## Failures", text, StringComparison.Ordinal);
        Assert.DoesNotContain("## Memory", text, StringComparison.Ordinal);
        Assert.DoesNotContain("## Thresholds", text, StringComparison.Ordinal);
        Assert.DoesNotContain("## Timeline", text, StringComparison.Ordinal);
    }
}
