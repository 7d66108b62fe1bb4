using System.Globalization;
using System.Text;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.HttpComparison;

/// <summary>The table of <c>load http</c>.</summary>
internal static class HttpText
{
    /// <summary>Smallest median ratio of the rates that is good.</summary>
    public const double Goal = 0.7;

    /// <summary>Whether everything that must hold did.</summary>
    /// <param name="pairs">At least one.</param>
    public static bool Holds(IReadOnlyList<(HttpRun Product, HttpRun Bare)> pairs) =>
        BeatRatio(pairs) >= Goal && ListRatio(pairs) >= Goal && pairs.All(static pair => Failed(pair.Product) + Failed(pair.Bare) == 0);

    /// <param name="pairs">At least one.</param>
    public static string Write(HttpArguments arguments, IReadOnlyList<(HttpRun Product, HttpRun Bare)> pairs)
    {
        StringBuilder text = new();
        PairTable.WriteMachine(text, pairs.Count);
        text.Append(CultureInfo.InvariantCulture, $"{arguments.Connections} connections, each sends its next request when the last one is answered\n\n");
        PairTable<HttpRun> table = new("each", pairs);
        AddPart("beat", static run => run.Beats);
        AddPart("list", static run => run.Lists);
        table.WriteText(text);
        text.Append('\n');
        PairTable.WriteFailures(text, pairs.SelectMany(static pair => (IEnumerable<HttpRun>)[pair.Product, pair.Bare]).SelectMany(static run => run.Beats.Failures.Concat(run.Lists.Failures)));
        WriteGoal("beats", BeatRatio(pairs));
        WriteGoal("lists of a 10-instance service", ListRatio(pairs));
        return text.ToString();

        void AddPart(string name, Func<HttpRun, TrafficResult> part)
        {
            table.AddRatio($"{name}: rate", run => part(run).PerSecond, ReportNumbers.Rate);
            table.AddRatio($"{name}: p50", run => part(run).Latency.P50Microseconds, ReportNumbers.Time);
            table.AddRatio($"{name}: p99", run => part(run).Latency.P99Microseconds, ReportNumbers.Time);
            table.AddRatio($"{name}: server CPU", run => part(run).ServerCpuMicroseconds, ReportNumbers.Time);
            table.Add($"{name}: server allocates", run => part(run).ServerAllocatedBytes, ReportNumbers.Bytes);
        }

        void WriteGoal(string what, double ratio) => text.Append(
            CultureInfo.InvariantCulture, $"goal: {what} at {Goal} times the bare endpoint's rate or more: {ratio:0.00}, {(ratio >= Goal ? "reached" : "MISSED")}\n");
    }

    private static int Failed(HttpRun run) => run.Beats.Failed + run.Lists.Failed;

    private static double BeatRatio(IReadOnlyList<(HttpRun Product, HttpRun Bare)> pairs) => PairTable.MedianRatio(pairs, static run => run.Beats.PerSecond);

    private static double ListRatio(IReadOnlyList<(HttpRun Product, HttpRun Bare)> pairs) => PairTable.MedianRatio(pairs, static run => run.Lists.PerSecond);
}
