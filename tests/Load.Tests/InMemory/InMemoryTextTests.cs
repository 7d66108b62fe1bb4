using System.Text.Json;
using FastRegistry.Load.InMemory;
using FastRegistry.Load.Tests.Reports;

namespace FastRegistry.Load.Tests.InMemory;

public sealed class InMemoryTextTests
{
    private static readonly InMemoryReport Report = new(
        SampleReports.Full.Machine, SampleFigures.Settings, SampleFigures.Good, InMemoryRules.Judge(SampleFigures.Settings, SampleFigures.Good));

    [Fact]
    public void The_text_has_every_figure_every_rule_and_the_result()
    {
        string text = InMemoryText.Write(Report);
        Assert.All(InMemoryRows.Of(SampleFigures.Good), row => Assert.Contains(row.What, text, StringComparison.Ordinal));
        Assert.All(Report.Rules, rule => Assert.Contains(rule.Text, text, StringComparison.Ordinal));
        Assert.EndsWith("passed\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_broke_a_rule_says_so()
    {
        InMemoryFigures figures = SampleFigures.Good with { Left = 3 };
        InMemoryReport failed = Report with { Figures = figures, Rules = InMemoryRules.Judge(SampleFigures.Settings, figures) };
        Assert.False(failed.Passed);
        Assert.EndsWith("FAILED\n", InMemoryText.Write(failed), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_for_scripts_has_a_row_for_each_name()
    {
        string[] rows = InMemoryText.WriteCsv(Report).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("name,unit,value", rows[0]);
        Assert.Contains("heap_without_pipes_each,B,700", rows);
        Assert.Contains("idle_cpu_percent,% of a core,0.5", rows);
        Assert.Contains("probe_ms,ms,250", rows);
        Assert.Contains("eject_allocated_each,B,800", rows);
        Assert.Contains("resident_each,B,3000", rows);
        Assert.Equal(rows.Length - 1, rows.Skip(1).Select(static row => row.Split(',')[0]).Distinct().Count());
    }

    [Fact]
    public void The_markdown_has_a_table() =>
        Assert.Contains("| probe wave, due to all answered | 250 ms |", InMemoryText.WriteMarkdown(Report), StringComparison.Ordinal);

    [Fact]
    public void Figures_cross_the_process_boundary()
    {
        string json = JsonSerializer.Serialize(SampleFigures.Good, InMemoryJson.Default.InMemoryFigures);
        Assert.DoesNotContain("\n", json, StringComparison.Ordinal);
        Assert.Equal(SampleFigures.Good, JsonSerializer.Deserialize(json, InMemoryJson.Default.InMemoryFigures));
    }
}
