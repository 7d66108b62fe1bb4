using System.Globalization;
using System.Text;
using FastRegistry.Load.Comparison;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.HttpComparison;

/// <summary>What the reports of pairs have in common.</summary>
internal static class PairTable
{
    public static void WriteMachine(StringBuilder text, int pairs)
    {
        Machine machine = Machine.Read();
        text.Append(CultureInfo.InvariantCulture, $"{machine.Processors} processors, {machine.System}, {machine.Runtime}; {pairs} interleaved pairs, median (lowest - highest)\n");
    }

    public static void WriteFailures(StringBuilder text, IEnumerable<FailureCount> failures)
    {
        foreach (FailureCount failure in FailureCounter.Sum(failures))
        {
            text.Append(CultureInfo.InvariantCulture, $"FAILED: {ReportNumbers.Count(failure.Count)} as '{failure.Kind}'\n");
        }
    }

    /// <summary>Of the ratios of each pair, not the ratio of medians.</summary>
    public static double MedianRatio<T>(IReadOnlyList<(T Product, T Bare)> pairs, Func<T, double> read) =>
        Spread.Of([.. pairs.Select(pair => read(pair.Product) / read(pair.Bare))]).Median;
}
