using System.Globalization;
using System.Text;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.InMemory;

/// <summary>The report of the sessions in memory for people, as text or Markdown, and for scripts, as CSV.</summary>
internal static class InMemoryText
{
    public static string Write(InMemoryReport report)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"FastRegistry load: {Title(report)}\n{ReportLines.Machine(report.Machine)}\n{Method(report.Settings)}\n\n");
        Table(report).WriteText(text, "  ");
        text.Append('\n');
        foreach (string rule in report.Rules.Select(ReportLines.Threshold))
        {
            text.Append(CultureInfo.InvariantCulture, $"rule            {rule}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"result          {(report.Passed ? "passed" : "FAILED")}\n");
        return text.ToString();
    }

    public static string WriteMarkdown(InMemoryReport report)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# {Title(report)}\n\n{ReportLines.Machine(report.Machine)}.\n\n{Method(report.Settings)}\n\n");
        Table(report).WriteMarkdown(text);
        text.Append('\n');
        foreach (string rule in report.Rules.Select(ReportLines.Threshold))
        {
            text.Append(CultureInfo.InvariantCulture, $"* {rule}\n");
        }

        return text.ToString();
    }

    /// <summary>One row per figure. Scripts rely on the names.</summary>
    public static string WriteCsv(InMemoryReport report)
    {
        CsvWriter csv = new();
        csv.Add("name").Add("unit").Add("value").EndRow();
        foreach (InMemoryRow row in InMemoryRows.Of(report.Figures))
        {
            csv.Add(row.Name).Add(row.Unit).Add(row.Value).EndRow();
        }

        return csv.ToString();
    }

    private static string Title(InMemoryReport report) => $"connections, in memory, {ReportNumbers.Count(report.Settings.Connections)} sessions in one process";

    private static string Method(InMemorySettings settings) => string.Create(
        CultureInfo.InvariantCulture,
        $"Deadlines:IdleProbe is {settings.IdleProbeSeconds:0.##} s and Deadlines:ProbeAnswer {settings.ProbeAnswerSeconds:0.##} s. Before each wave the node's clock jumps by 2 s, as after a pause of its process, so that all are due in the same millisecond. Heap: so many pairs of pipes, connections and sessions, each after the same bytes to and fro and a forced collection, less the one before. Both ends of every connection are in the process.");

    private static ReportTable Table(InMemoryReport report)
    {
        ReportTable table = new("what", "figure");
        foreach (InMemoryRow row in InMemoryRows.Of(report.Figures))
        {
            table.Add(row.What, row.Unit switch
            {
                "B" => ReportNumbers.ExactBytes(row.Value),
                "count" => ReportNumbers.Count((long)row.Value),
                _ => $"{ReportNumbers.Number(row.Value)} {row.Unit}",
            });
        }

        return table;
    }
}
