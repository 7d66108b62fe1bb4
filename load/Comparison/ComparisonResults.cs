using System.Collections.Immutable;
using System.Globalization;

namespace FastRegistry.Load.Comparison;

/// <summary>Turns the figures of all pairs into the rows of the table.</summary>
internal static class ComparisonResults
{
    private const string NotRun = "not run; see load compare --help";

    /// <param name="rows">What to read.</param>
    /// <param name="pairs">The two sides of each pair, measured one after the other.</param>
    public static ImmutableArray<RowResult> Of(IEnumerable<ComparisonRow> rows, IReadOnlyList<(SideResults Native, SideResults Baseline)> pairs) =>
        [.. rows.Select(row => Of(row, pairs))];

    private static RowResult Of(ComparisonRow row, IReadOnlyList<(SideResults Native, SideResults Baseline)> pairs)
    {
        List<double> native = [];
        List<double> baseline = [];
        List<double> ratios = [];
        foreach ((SideResults nativeSide, SideResults baselineSide) in pairs)
        {
            double? measured = row.Read(nativeSide);
            double? compared = row.Read(baselineSide);
            Add(native, measured);
            Add(baseline, compared);
            Add(ratios, Ratio(row, measured, compared));
        }

        Spread? nativeSpread = SpreadOf(native);
        Spread? ratioSpread = SpreadOf(ratios);
        string? missing = row.Missing ?? (nativeSpread is null ? NotRun : null);
        return new RowResult(row.What, row.Unit, nativeSpread, SpreadOf(baseline), ratioSpread, GoalText(row), IsReached(row, nativeSpread, ratioSpread), missing)
        {
            MeasuredFigures = [.. native],
            BaselineFigures = [.. baseline],
        };
    }

    private static double? Ratio(ComparisonRow row, double? measured, double? baseline)
    {
        (double? above, double? below) = row.MoreIsBetter ? (measured, baseline) : (baseline, measured);
        return above / below is { } ratio && double.IsFinite(ratio) ? ratio : null;
    }

    private static bool? IsReached(ComparisonRow row, Spread? measured, Spread? ratio)
    {
        if (row.RatioGoal is { } leastRatio)
        {
            return ratio is { } spread ? spread.Median >= leastRatio : null;
        }

        if (row.Goal is not { } goal || measured is not { } figure)
        {
            return null;
        }

        // A figure is printed rounded to a unit at most; what rounds to the goal has reached it.
        return row.MoreIsBetter ? figure.Median >= goal : Math.Round(figure.Median, goal == 0 ? 0 : 1) <= goal;
    }

    private static string GoalText(ComparisonRow row)
    {
        if (row.RatioGoal is { } ratio)
        {
            return string.Create(CultureInfo.InvariantCulture, $">= {ratio:0.#}x");
        }

        return row.Goal is { } goal ? string.Create(CultureInfo.InvariantCulture, $"{(row.MoreIsBetter ? ">=" : "<=")} {goal:#,0.##} {row.Unit}") : "";
    }

    private static Spread? SpreadOf(List<double> values) => values.Count > 0 ? Spread.Of(values) : null;

    private static void Add(List<double> values, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            values.Add(number);
        }
    }
}
