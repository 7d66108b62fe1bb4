using System.Globalization;
using System.Text;
using FastRegistry.Load.Comparison;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.HttpComparison;

/// <summary>A table over pairs: both sides, and the ratio of each pair where it says something.</summary>
/// <param name="title">Of the first column.</param>
/// <param name="pairs">At least one.</param>
internal sealed class PairTable<T>(string title, IReadOnlyList<(T Product, T Bare)> pairs)
{
    private readonly ReportTable _table = new(title, "FastRegistry", "bare Kestrel", "ratio");

    /// <summary>Adds a row.</summary>
    public void Add(string name, Func<T, double> read, Func<double?, string> format) => AddRow(name, read, format, ratio: "");

    /// <summary>Adds a row with its ratio.</summary>
    public void AddRatio(string name, Func<T, double> read, Func<double?, string> format) =>
        AddRow(name, read, format, Text([.. pairs.Select(pair => read(pair.Product) / read(pair.Bare))], static value => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? ""));

    public void WriteText(StringBuilder text) => _table.WriteText(text, "");

    private void AddRow(string name, Func<T, double> read, Func<double?, string> format, string ratio) => _table.Add(
        name, Text([.. pairs.Select(pair => read(pair.Product))], format), Text([.. pairs.Select(pair => read(pair.Bare))], format), ratio);

    private static string Text(double[] values, Func<double?, string> format)
    {
        Spread spread = Spread.Of(values);
        return $"{format(spread.Median)} ({format(spread.Minimum)} - {format(spread.Maximum)})";
    }
}
