using System.Globalization;
using System.Text;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Reports;

/// <summary>The report as Markdown tables.</summary>
internal static class MarkdownReport
{
    public static string Write(LoadReport report)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# FastRegistry load: {ReportLines.Title(report)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"* Result: **{ReportLines.Result(report)}**\n");
        text.Append(CultureInfo.InvariantCulture, $"* Machine: {ReportLines.Machine(report.Machine)}\n");
        text.Append(CultureInfo.InvariantCulture, $"* Settings: `{SettingsText.Write(report.Settings, report.Generators)}`\n");
        text.Append(CultureInfo.InvariantCulture, $"* Generators: {ReportNumbers.Count(report.Generators)}\n");
        text.Append(CultureInfo.InvariantCulture, $"* Connections left on the servers: {ReportNumbers.Count(report.LeftOnServers)}\n");
        Section(text, "Stages", Stages(report), report.Stages.Length);
        Section(text, "Latency", Latencies(report), report.Stages.Length);
        (ReportTable failures, int kinds) = Failures(report);
        Section(text, "Failures and losses", failures, kinds);
        Section(text, "Memory of the servers", MemoryTable.Create(report.Memory), report.Memory.Length);
        if (report.Rest is { } rest)
        {
            Section(text, "Rest", rest.ToTable(), rest.Rows.Length);
        }

        Section(text, "Thresholds", Thresholds(report), report.Thresholds.Length);
        Section(text, "Timeline", Timeline(report), report.Timeline.Length);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, ReportTable table, int rows)
    {
        if (rows > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");
            table.WriteMarkdown(text);
        }
    }

    private static ReportTable Stages(LoadReport report)
    {
        ReportTable table = new(
            "stage", "iteration", "phases", "seconds", "ok", "failed", "rate", "servers", "load tool", "server CPU each", "load tool CPU each", "server allocates each", "asked", "started", "started of asked");
        foreach (StageReport stage in report.Stages)
        {
            table.Add(
                stage.Name,
                stage.Unit,
                stage.Phases,
                ReportNumbers.Number(stage.Seconds),
                ReportNumbers.Count(stage.Iterations.Ok),
                ReportNumbers.Count(stage.Iterations.Failed),
                ReportNumbers.Rate(stage.Iterations.PerSecond),
                ReportNumbers.Percent(stage.ServerCpuShare, 1),
                ReportNumbers.Percent(stage.OwnCpuShare, 1),
                ReportNumbers.Time(stage.ServerCpuMicroseconds),
                ReportNumbers.Time(stage.OwnCpuMicroseconds),
                ReportNumbers.Bytes(stage.ServerAllocatedBytes),
                ReportNumbers.Rate(stage.AskedPerSecond),
                ReportNumbers.Rate(stage.StartedPerSecond),
                ReportNumbers.Percent(stage.StartedPerSecond ?? 0, stage.AskedPerSecond ?? 0));
        }

        return table;
    }

    private static ReportTable Latencies(LoadReport report)
    {
        ReportTable table = new(["stage", "of", "from", "ok", "failed", "rate", "bytes", .. ReportLines.LatencyNames]);
        foreach (StageReport stage in report.Stages)
        {
            Add(stage, "iterations", stage.Iterations);
            foreach (StepReport step in stage.Steps)
            {
                Add(stage, step.Name, step);
            }
        }

        return table;

        void Add(StageReport stage, string name, StepReport step)
        {
            string[] start = [stage.Name, name];
            string[] counts =
                [ReportNumbers.Count(step.Ok), ReportNumbers.Count(step.Failed), ReportNumbers.Rate(step.PerSecond), ReportNumbers.Bytes(step.Bytes)];
            table.Add([.. start, "actual start", .. counts, .. Times(step.Latency)]);
            if (step.FromIntended is { } intended)
            {
                table.Add([.. start, "intended start", .. counts, .. Times(intended)]);
            }

            if (step.StartLateness is { } lateness)
            {
                table.Add([.. start, "intended to actual start", .. counts, .. Times(lateness)]);
            }
        }
    }

    private static IEnumerable<string> Times(LatencySummary latency) =>
        ReportLines.LatencyValues(latency).Select(value => ReportNumbers.Time(latency.Count == 0 ? null : value));

    private static (ReportTable Table, int Rows) Failures(LoadReport report)
    {
        ReportTable table = new("kind", "stage", "of", "count");
        int rows = 0;
        foreach (StageReport stage in report.Stages)
        {
            Add(stage.Name, "iterations", stage.Iterations.Failures);
            foreach (StepReport step in stage.Steps)
            {
                Add(stage.Name, step.Name, step.Failures);
            }
        }

        Add("all", "connections lost", report.Losses);
        return (table, rows);

        void Add(string stage, string name, IEnumerable<FailureCount> failures)
        {
            foreach (FailureCount failure in failures)
            {
                table.Add(failure.Kind, stage, name, ReportNumbers.Count(failure.Count));
                rows++;
            }
        }
    }

    private static ReportTable Thresholds(LoadReport report)
    {
        ReportTable table = new("threshold", "found", "result");
        foreach (ThresholdResult threshold in report.Thresholds)
        {
            table.Add(threshold.Text, ReportNumbers.Exact(threshold.Found), ReportLines.Verdict(threshold.Held));
        }

        return table;
    }

    private static ReportTable Timeline(LoadReport report)
    {
        ReportTable table = new("stage", "seconds", "ok", "failed", "server CPU", "managed heap", "RssAnon", "connections");
        foreach (TimelinePoint point in report.Timeline)
        {
            table.Add(
                point.Stage,
                ReportNumbers.Number(point.Seconds),
                ReportNumbers.Count(point.Ok),
                ReportNumbers.Count(point.Failed),
                ReportNumbers.Time(point.ServerCpuSeconds * 1e6),
                ReportNumbers.Bytes(point.ManagedHeapBytes),
                ReportNumbers.Bytes(point.ResidentAnonymousBytes),
                ReportNumbers.Count(point.Connections));
        }

        return table;
    }
}
