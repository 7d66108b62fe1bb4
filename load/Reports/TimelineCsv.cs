using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Reports;

/// <summary>One row per second of the run. Scripts rely on the column names.</summary>
internal static class TimelineCsv
{
    private static readonly string[] Header =
        ["stage", "seconds", "ok", "failed", "server_cpu_seconds", "managed_heap_bytes", "rss_anon_bytes", "connections"];

    public static string Write(LoadReport report)
    {
        CsvWriter csv = new();
        foreach (string column in Header)
        {
            csv.Add(column);
        }

        csv.EndRow();
        foreach (TimelinePoint point in report.Timeline)
        {
            csv.Add(point.Stage).Add(point.Seconds).Add(point.Ok).Add(point.Failed);
            csv.Add(point.ServerCpuSeconds).Add(point.ManagedHeapBytes).Add(point.ResidentAnonymousBytes).Add(point.Connections);
            csv.EndRow();
        }

        return csv.ToString();
    }
}
