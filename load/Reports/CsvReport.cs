using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Reports;

/// <summary>One row for the iterations of each stage and for each of its steps and measures. Scripts rely on the column names.</summary>
internal static class CsvReport
{
    /// <summary>What the step column says of the iterations themselves.</summary>
    public const string Iterations = "iterations";

    private const string IntendedPrefix = "intended_";

    private static readonly string[] LatencyColumns =
        ["min_us", "mean_us", "p50_us", "p75_us", "p90_us", "p95_us", "p99_us", "p99.9_us", "p99.99_us", "max_us"];

    private static readonly string[] Header =
    [
        "stage", "step", "ok", "failed", "rate", "asked_rate", "started_rate",
        .. LatencyColumns,
        .. LatencyColumns.Select(static column => IntendedPrefix + column),
        "bytes", "server_cpu_us_each", "own_cpu_us_each", "server_alloc_bytes_each", "server_cpu_share", "own_cpu_share",
    ];

    public static string Write(LoadReport report)
    {
        CsvWriter csv = new();
        foreach (string column in Header)
        {
            csv.Add(column);
        }

        csv.EndRow();
        foreach (StageReport stage in report.Stages)
        {
            WriteRow(csv, stage, Iterations, stage.Iterations, ofStage: true);
            foreach (StepReport step in stage.Steps)
            {
                WriteRow(csv, stage, step.Name, step, ofStage: false);
            }
        }

        return csv.ToString();
    }

    private static void WriteRow(CsvWriter csv, StageReport stage, string name, StepReport step, bool ofStage)
    {
        csv.Add(stage.Name).Add(name).Add(step.Ok).Add(step.Failed).Add(step.PerSecond);
        csv.Add(ofStage ? stage.AskedPerSecond : null).Add(ofStage ? stage.StartedPerSecond : null);
        WriteLatency(csv, step.Latency);
        WriteLatency(csv, step.FromIntended);
        csv.Add(step.Bytes);
        csv.Add(ofStage ? stage.ServerCpuMicroseconds : null).Add(ofStage ? stage.OwnCpuMicroseconds : null).Add(ofStage ? stage.ServerAllocatedBytes : null);
        csv.Add(ofStage ? stage.ServerCpuShare : null).Add(ofStage ? stage.OwnCpuShare : null);
        csv.EndRow();
    }

    private static void WriteLatency(CsvWriter csv, LatencySummary? latency)
    {
        double[]? values = latency is { Count: > 0 } ? ReportLines.LatencyValues(latency) : null;
        for (int i = 0; i < LatencyColumns.Length; i++)
        {
            csv.Add(values?[i]);
        }
    }
}
