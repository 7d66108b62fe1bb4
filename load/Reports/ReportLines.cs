using FastRegistry.Load.Statistics;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Reports;

/// <summary>Sentences that the text and the Markdown report share.</summary>
internal static class ReportLines
{
    public static string Title(LoadReport report) =>
        $"{report.Settings.Scenario}, {SettingsText.TargetName(report.Settings.Target)}, {report.Settings.Servers.Length} {(report.Settings.Servers.Length == 1 ? "server" : "servers")}";

    public static string Machine(Machine machine)
    {
        string files = machine.OpenFileLimit is { } limit ? limit == long.MaxValue ? ", no open-file limit" : $", open-file limit {ReportNumbers.Count(limit)}" : "";
        string ports = machine.PortsPerSource is { } count ? $", {ReportNumbers.Count(count)} ports per source address" : "";
        return $"{machine.Processors} processors, {machine.System}, {machine.Runtime}{files}{ports}";
    }

    public static string Latency(LatencySummary latency) => latency.Count == 0
        ? "nothing measured"
        : string.Join(", ", LatencyNames.Zip(LatencyValues(latency), static (name, value) => $"{name} {ReportNumbers.Time(value)}"));

    /// <summary>Names of <see cref="LatencyValues"/>.</summary>
    public static IReadOnlyList<string> LatencyNames { get; } = ["min", "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max"];

    /// <summary>In microseconds.</summary>
    public static double[] LatencyValues(LatencySummary latency) =>
    [
        latency.MinimumMicroseconds,
        latency.MeanMicroseconds,
        latency.P50Microseconds,
        latency.P75Microseconds,
        latency.P90Microseconds,
        latency.P95Microseconds,
        latency.P99Microseconds,
        latency.P999Microseconds,
        latency.P9999Microseconds,
        latency.MaximumMicroseconds,
    ];

    public static string Threshold(ThresholdResult threshold) =>
        $"{threshold.Text}: {(threshold.Found is { } found ? $"found {ReportNumbers.Exact(found)}" : "nothing to compare")}, {Verdict(threshold.Held)}";

    public static string Result(LoadReport report)
    {
        if (report.Interrupted)
        {
            return "INTERRUPTED";
        }

        if (report.Rest is { Failed: > 0 and var restless })
        {
            return $"FAILED, {restless} of {report.Rest.Rows.Length} figures did not come back to rest";
        }

        int failed = report.Thresholds.Count(static threshold => !threshold.Held);
        return report.Thresholds.IsEmpty ? "done, no thresholds were given"
            : failed == 0 ? $"passed, {report.Thresholds.Length} of {report.Thresholds.Length} thresholds held"
            : $"FAILED, {failed} of {report.Thresholds.Length} thresholds did not hold";
    }

    public static string Verdict(bool held) => held ? "ok" : "FAILED";
}
