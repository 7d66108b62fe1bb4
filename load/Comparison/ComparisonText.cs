using System.Globalization;
using System.Text;

namespace FastRegistry.Load.Comparison;

/// <summary>The table, as Markdown that also reads well on a console.</summary>
internal static class ComparisonText
{
    private static readonly string[] Headings = ["what", "measured", "baseline", "ratio", "goal", ""];

    public static string Write(ComparisonReport report)
    {
        List<string[]> cells = [Headings, .. report.Rows.Select(CellsOf)];
        int[] widths = [.. Enumerable.Range(0, Headings.Length).Select(column => cells.Max(row => row[column].Length))];
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{report.Machine.Processors} processors, {report.Machine.System}, {report.Machine.Runtime}; {report.Pairs} interleaved pairs, median (lowest - highest)\n");
        text.Append(CultureInfo.InvariantCulture, $"Baseline: {report.Baseline}. Ratio: of each pair, above 1 = the product is better.\n\n");
        for (int row = 0; row < cells.Count; row++)
        {
            Append(text, cells[row], widths);
            if (row == 0)
            {
                Append(text, [.. widths.Select(static width => new string('-', width))], widths);
            }
        }

        foreach (string note in report.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nnote: {note}");
        }

        return text.Append('\n').ToString();
    }

    private static string[] CellsOf(RowResult row) => row.Missing is not null && row.Measured is null
        ? [$"{row.What}, {row.Unit}", row.Missing, "", "", row.Goal, ""]
        : [$"{row.What}, {row.Unit}", Text(row.Measured), Text(row.Baseline), Text(row.Ratio), row.Goal, Verdict(row.GoalReached)];

    private static string Verdict(bool? reached) => reached switch
    {
        true => "reached",
        false => "missed",
        null => "",
    };

    private static string Text(Spread? spread) => spread is not { } figure
        ? "-"
        : figure.Count == 1 ? $"{Number(figure.Median)} (1 run)" : $"{Number(figure.Median)} ({Number(figure.Minimum)} - {Number(figure.Maximum)})";

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static void Append(StringBuilder text, string[] cells, int[] widths)
    {
        text.Append('|');
        for (int i = 0; i < cells.Length; i++)
        {
            text.Append(' ').Append(cells[i].PadRight(widths[i])).Append(" |");
        }

        text.Append('\n');
    }
}
