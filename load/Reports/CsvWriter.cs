using System.Globalization;
using System.Text;

namespace FastRegistry.Load.Reports;

/// <summary>Rows of comma-separated fields (RFC 4180, lines end with a line feed). Used by one thread.</summary>
internal sealed class CsvWriter
{
    private readonly StringBuilder _text = new();
    private bool _rowHasFields;

    public CsvWriter Add(string field)
    {
        bool quoted = field.AsSpan().IndexOfAny("\",\r\n") >= 0;
        _text.Append(_rowHasFields ? "," : "").Append(quoted ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field);
        _rowHasFields = true;
        return this;
    }

    public CsvWriter Add(long value) => Add(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>What is null or not a number is an empty field.</summary>
    public CsvWriter Add(double? value) =>
        Add(value is { } number && double.IsFinite(number) ? number.ToString("0.###", CultureInfo.InvariantCulture) : "");

    public void EndRow()
    {
        _text.Append('\n');
        _rowHasFields = false;
    }

    public override string ToString() => _text.ToString();
}
