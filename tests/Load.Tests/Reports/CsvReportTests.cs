using System.Text;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Tests.Reports;

public sealed class CsvReportTests
{
    [Fact]
    public void A_stage_and_each_of_its_steps_have_a_row()
    {
        List<Dictionary<string, string>> rows = Read(CsvReport.Write(SampleReports.Full));

        Assert.Equal([("open", "iterations"), ("query", "iterations"), ("query", "arrival")], rows.Select(static row => (row["stage"], row["step"])));
        Dictionary<string, string> query = rows[1];
        Assert.Equal("990", query["ok"]);
        Assert.Equal("5", query["failed"]);
        Assert.Equal("99", query["rate"]);
        Assert.Equal("100", query["asked_rate"]);
        Assert.Equal("99.5", query["started_rate"]);
        Assert.Equal(["100", "200", "300", "400", "500", "600", "700", "800", "900", "1000"], Latency(query, ""));
        Assert.Equal(["200", "400", "600", "800", "1000", "1200", "1400", "1600", "1800", "2000"], Latency(query, "intended_"));
        Assert.Equal("2027520", query["bytes"]);
        Assert.Equal("20", query["server_cpu_us_each"]);
        Assert.Equal("10", query["own_cpu_us_each"]);
        Assert.Equal("480", query["server_alloc_bytes_each"]);
    }

    [Fact]
    public void What_was_not_measured_is_empty()
    {
        List<Dictionary<string, string>> rows = Read(CsvReport.Write(SampleReports.Full));

        Assert.All(Latency(rows[0], "intended_"), Assert.Empty);
        Assert.Empty(rows[0]["asked_rate"]);
        Assert.All(Latency(rows[2], ""), Assert.Empty);
        Assert.Empty(rows[2]["server_cpu_us_each"]);
    }

    [Fact]
    public void Names_with_commas_quotes_and_line_feeds_stay_one_field()
    {
        const string Name = "a,\"b\"\nc";

        Dictionary<string, string> row = Assert.Single(Read(CsvReport.Write(SampleReports.Full with { Stages = [SampleReports.ClosedStage with { Name = Name }] })));

        Assert.Equal(Name, row["stage"]);
        Assert.Equal("1000", row["ok"]);
    }

    [Fact]
    public void The_timeline_has_a_row_per_point()
    {
        Dictionary<string, string> row = Assert.Single(Read(TimelineCsv.Write(SampleReports.Full)));

        Assert.Equal(
            ["query", "1", "99", "1", "0.002", "1048576", "20971520", "1000"],
            ((string[])["stage", "seconds", "ok", "failed", "server_cpu_seconds", "managed_heap_bytes", "rss_anon_bytes", "connections"]).Select(name => row[name]));
    }

    private static IEnumerable<string> Latency(Dictionary<string, string> row, string prefix) =>
        ((string[])["min", "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max"]).Select(name => row[$"{prefix}{name}_us"]);

    /// <summary>Rows by column name; every row must have as many fields as the header.</summary>
    private static List<Dictionary<string, string>> Read(string csv)
    {
        List<List<string>> rows = Parse(csv);
        return [.. rows.Skip(1).Select(row =>
        {
            Assert.Equal(rows[0].Count, row.Count);
            return rows[0].Zip(row).ToDictionary(static pair => pair.First, static pair => pair.Second);
        })];
    }

    private static List<List<string>> Parse(string csv)
    {
        List<List<string>> rows = [[]];
        StringBuilder field = new();
        bool quoted = false;
        foreach (char letter in csv)
        {
            if (letter == '"')
            {
                // A quote within quotes is doubled: the second one opens the field again.
                quoted = !quoted;
                if (quoted && field.Length > 0)
                {
                    field.Append('"');
                }
            }
            else if (quoted || letter is not (',' or '\n'))
            {
                field.Append(letter);
            }
            else
            {
                rows[^1].Add(field.ToString());
                field.Clear();
                if (letter == '\n')
                {
                    rows.Add([]);
                }
            }
        }

        Assert.Empty(rows[^1]);
        rows.RemoveAt(rows.Count - 1);
        return rows;
    }
}
