using System.Globalization;
using System.Text;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary>The table of <c>load transports</c>.</summary>
internal static class TransportsText
{
    /// <summary>Stages of the scenario.</summary>
    public const string Connect = "connect";
    public const string Heartbeats = "heartbeats";

    private const double Megabyte = 1e6;

    /// <param name="report">Of at least one side.</param>
    public static string Write(TransportsReport report)
    {
        StringBuilder text = new();
        int connections = report.Sides[0].Report.Settings.Connections;
        text.Append(CultureInfo.InvariantCulture, $"{ReportLines.Machine(report.Machine)}\n");
        text.Append(CultureInfo.InvariantCulture, $"{ReportNumbers.Count(connections)} connections over {report.Servers} server processes on each side; above base = less the same servers before the first connection\n\n");
        ReportTable table = new(["what", .. report.Sides.Select(static side => side.Side)]);
        Add("connect + set-up, rate", static side => ReportNumbers.Rate(Stage(side, Connect)?.Iterations.PerSecond));
        Add("connect + set-up, server CPU each", static side => ReportNumbers.Time(Stage(side, Connect)?.ServerCpuMicroseconds));
        Add("RssAnon above base, each", static side => ReportNumbers.ExactBytes(Each(side, static point => point.ResidentAnonymousBytes)));
        Add("RssAnon above base, all", static side => Megabytes(Added(side, static point => point.ResidentAnonymousBytes)));
        Add("managed heap above base, each", static side => ReportNumbers.ExactBytes(Each(side, static point => point.ManagedHeapBytes)));
        Add("managed heap above base, all", static side => Megabytes(Added(side, static point => point.ManagedHeapBytes)));
        Add("kernel slab, both ends, each", static side => ReportNumbers.ExactBytes(Each(side, static point => point.Kernel?.SlabBytes)));
        Add("kernel slab, both ends, all", static side => Megabytes(Added(side, static point => point.Kernel?.SlabBytes)));
        Add("idle, CPU of all servers", static side => Stage(side, "idle") is { } idle ? ReportNumbers.Percent(idle.ServerCpuShare, 1) : ReportNumbers.Number(null));
        Add("heartbeats begun", static side => ReportNumbers.Rate(Stage(side, Heartbeats)?.StartedPerSecond));
        Add("heartbeat, server CPU each", static side => ReportNumbers.Time(Stage(side, Heartbeats)?.ServerCpuMicroseconds));
        Add("heartbeat, p50", static side => ReportNumbers.Time(Stage(side, Heartbeats)?.Iterations.Latency.P50Microseconds));
        Add("heartbeat, p99", static side => ReportNumbers.Time(Stage(side, Heartbeats)?.Iterations.Latency.P99Microseconds));
        Add("heartbeat, the tool's own CPU each", static side => ReportNumbers.Time(Stage(side, Heartbeats)?.OwnCpuMicroseconds));
        Add("close, server CPU each", static side => ReportNumbers.Time(Stage(side, "close")?.ServerCpuMicroseconds));
        Add("heartbeats that failed", static side => ReportNumbers.Count(Stage(side, Heartbeats)?.Iterations.Failed ?? 0));
        Add("connections not opened; lost; left", static side => $"{Stage(side, Connect)?.Iterations.Failed}; {side.Losses.Sum(static loss => loss.Count)}; {side.LeftOnServers}");
        table.WriteText(text, "");
        text.Append(CultureInfo.InvariantCulture, $"\nresult: {(report.Passed ? "every connection was opened, kept and closed" : "FAILED, not every connection was opened, kept and closed")}\n");
        return text.ToString();

        void Add(string what, Func<LoadReport, string> read) => table.Add([what, .. report.Sides.Select(side => read(side.Report))]);
    }

    private static StageReport? Stage(LoadReport report, string name) => report.Stages.FirstOrDefault(stage => stage.Name == name);

    private static double? Added(LoadReport report, Func<MemoryPoint, long?> bytes) =>
        report.Memory.FirstOrDefault(static point => point.When == Connect) is { } after ? bytes(after) - bytes(report.Memory[0]) : null;

    private static double? Each(LoadReport report, Func<MemoryPoint, long?> bytes) =>
        report.Memory.FirstOrDefault(static point => point.When == Connect) is { } after && after.Connections > report.Memory[0].Connections
            ? Added(report, bytes) / (after.Connections - report.Memory[0].Connections)
            : null;

    private static string Megabytes(double? bytes) => $"{ReportNumbers.Number(bytes / Megabyte)} MB";
}
