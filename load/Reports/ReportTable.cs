using System.Text;

namespace FastRegistry.Load.Reports;

/// <summary>Rows under a header, written with aligned columns or as Markdown. The first column is left-aligned, the others right-aligned.</summary>
internal sealed class ReportTable(params string[] header)
{
    private readonly List<string[]> _rows = [];

    /// <param name="cells">As many as the header has.</param>
    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, header.Length);
        _rows.Add(cells);
    }

    public void WriteText(StringBuilder text, string indent)
    {
        int[] widths = [.. header.Select((name, column) => _rows.Select(row => row[column].Length).Append(name.Length).Max())];
        foreach (string[] row in _rows.Prepend(header))
        {
            text.Append(indent).Append(row[0].PadRight(widths[0]));
            for (int column = 1; column < row.Length; column++)
            {
                text.Append("  ").Append(row[column].PadLeft(widths[column]));
            }

            text.Append('\n');
        }
    }

    public void WriteMarkdown(StringBuilder text)
    {
        WriteMarkdownRow(text, header);
        text.Append("|---").Insert(text.Length, "|---:", header.Length - 1).Append("|\n");
        foreach (string[] row in _rows)
        {
            WriteMarkdownRow(text, row);
        }
    }

    private static void WriteMarkdownRow(StringBuilder text, string[] row)
    {
        foreach (string cell in row)
        {
            text.Append("| ").Append(cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ")).Append(' ');
        }

        text.Append("|\n");
    }
}
