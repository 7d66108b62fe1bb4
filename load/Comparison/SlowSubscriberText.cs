using System.Globalization;
using System.Text;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary>The table of <c>load slow-subscriber</c>.</summary>
internal static class SlowSubscriberText
{
    /// <summary>Largest median ratio of the p99 that is good.</summary>
    public const double Goal = 1.2;

    public static double Ratio(IReadOnlyList<(SlowSubscriberRun Without, SlowSubscriberRun With)> pairs) =>
        Spread.Of([.. pairs.Select(static pair => pair.With.Each.Latency.P99Microseconds / pair.Without.Each.Latency.P99Microseconds)]).Median;

    /// <param name="pairs">At least one.</param>
    public static string Write(SlowSubscriberArguments arguments, IReadOnlyList<(SlowSubscriberRun Without, SlowSubscriberRun With)> pairs)
    {
        StringBuilder text = new();
        Machine machine = Machine.Read();
        text.Append(CultureInfo.InvariantCulture, $"{machine.Processors} processors, {machine.System}, {machine.Runtime}; {pairs.Count} interleaved pairs, median (lowest - highest)\n");
        text.Append(CultureInfo.InvariantCulture, $"{arguments.Settings.Subscribers[0]} subscribers that read, {arguments.SlowSubscribers} that never read(s), a list of 1 KB\n\n");
        ReportTable table = new("of those that read", "without", "with", "with / without");
        Add("each arrival, p50", static run => run.Each.Latency.P50Microseconds);
        Add("each arrival, p99", static run => run.Each.Latency.P99Microseconds);
        Add("last arrival, p50", static run => run.Last.Latency.P50Microseconds);
        Add("last arrival, p99", static run => run.Last.Latency.P99Microseconds);
        Add("server CPU per change", static run => run.ServerCpuMicroseconds);
        table.WriteText(text, "");
        text.Append(CultureInfo.InvariantCulture, $"\nlists put off for those that never read: {Text(Spread.Of([.. pairs.Select(static pair => pair.With.Resyncs)]), static value => ReportNumbers.Count((long)value))}\n");
        double ratio = Ratio(pairs);
        text.Append(CultureInfo.InvariantCulture, $"goal: p99 of each arrival at most {Goal} times that without: {ratio:0.00}, {(ratio <= Goal ? "reached" : "MISSED")}\n");
        return text.ToString();

        void Add(string name, Func<SlowSubscriberRun, double> read) => table.Add(
            name,
            Text(Spread.Of([.. pairs.Select(pair => read(pair.Without))]), static value => ReportNumbers.Time(value)),
            Text(Spread.Of([.. pairs.Select(pair => read(pair.With))]), static value => ReportNumbers.Time(value)),
            Text(Spread.Of([.. pairs.Select(pair => read(pair.With) / read(pair.Without))]), static value => value.ToString("0.00", CultureInfo.InvariantCulture)));
    }

    private static string Text(Spread spread, Func<double, string> format) => $"{format(spread.Median)} ({format(spread.Minimum)} - {format(spread.Maximum)})";
}
