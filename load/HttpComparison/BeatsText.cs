using System.Globalization;
using System.Text;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.HttpComparison;

/// <summary>The table of <c>load beats</c>.</summary>
internal static class BeatsText
{
    /// <summary>Largest median ratio of the processor time that is good.</summary>
    public const double Goal = 1.25;

    /// <summary>Whether everything that must hold did.</summary>
    /// <param name="pairs">At least one.</param>
    public static bool Holds(BeatsArguments arguments, IReadOnlyList<(BeatsRun Product, BeatsRun Bare)> pairs) =>
        Ratio(pairs) <= Goal && pairs.All(pair => pair.Product.Beats.Failed + pair.Bare.Beats.Failed == 0 && pair.Product.Healthy == arguments.Instances);

    /// <param name="pairs">At least one.</param>
    public static string Write(BeatsArguments arguments, IReadOnlyList<(BeatsRun Product, BeatsRun Bare)> pairs)
    {
        StringBuilder text = new();
        PairTable.WriteMachine(text, pairs.Count);
        text.Append(CultureInfo.InvariantCulture, $"{ReportNumbers.Count(arguments.Instances)} instances, a light beat every {arguments.Interval.TotalSeconds:0.###} s each, {ReportNumbers.Count(arguments.Connections)} connections\n\n");
        PairTable<BeatsRun> table = new("beats", pairs);
        table.AddRatio("server CPU each", static run => run.Beats.ServerCpuMicroseconds, ReportNumbers.Time);
        table.Add("answers", static run => run.Beats.PerSecond, static value => ReportNumbers.Rate(value));
        table.AddRatio("p50", static run => run.Beats.Latency.P50Microseconds, ReportNumbers.Time);
        table.AddRatio("p99", static run => run.Beats.Latency.P99Microseconds, ReportNumbers.Time);
        table.Add("server allocates each", static run => run.Beats.ServerAllocatedBytes, ReportNumbers.Bytes);
        table.Add("failed", static run => run.Beats.Failed, ReportNumbers.Number);
        table.WriteText(text);
        long least = pairs.Min(static pair => pair.Product.Healthy ?? 0);
        text.Append(CultureInfo.InvariantCulture, $"\nhealthy in the lists at the end, in the worst run: {ReportNumbers.Count(least)} of {ReportNumbers.Count(arguments.Instances)}\n");
        PairTable.WriteFailures(text, pairs.SelectMany(static pair => pair.Product.Beats.Failures.Concat(pair.Bare.Beats.Failures)));
        double ratio = Ratio(pairs);
        text.Append(CultureInfo.InvariantCulture, $"goal: server CPU at most {Goal} times that of the bare endpoint: {ratio:0.00}, {(ratio <= Goal ? "reached" : "MISSED")}\n");
        return text.ToString();
    }

    private static double Ratio(IReadOnlyList<(BeatsRun Product, BeatsRun Bare)> pairs) =>
        PairTable.MedianRatio(pairs, static run => run.Beats.ServerCpuMicroseconds);
}
