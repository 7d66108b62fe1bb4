using System.Globalization;
using System.Text;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Reports;

/// <summary>The report for people, and for the console at the end of a run.</summary>
internal static class TextReport
{
    public static string Write(LoadReport report)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"FastRegistry load: {ReportLines.Title(report)}\n");
        Line(text, "machine", ReportLines.Machine(report.Machine));
        Line(text, "settings", SettingsText.Write(report.Settings, report.Generators));
        Line(text, "generators", ReportNumbers.Count(report.Generators));
        foreach (StageReport stage in report.Stages)
        {
            WriteStage(text, stage);
        }

        if (!report.Memory.IsDefaultOrEmpty)
        {
            text.Append("\nmemory of the servers after a forced collection; each = per connection above start\n");
            MemoryTable.Create(report.Memory).WriteText(text, "  ");
        }

        text.Append('\n');
        if (report.Losses.IsDefaultOrEmpty)
        {
            Line(text, "lost", "none");
        }
        else
        {
            WriteFailures(text, "lost", report.Losses);
        }

        Line(text, "left on servers", ReportNumbers.Count(report.LeftOnServers));
        if (report.Rest is { } rest)
        {
            text.Append("rest: memory after a forced collection, and what servers must give back\n");
            rest.ToTable().WriteText(text, "  ");
            text.Append('\n');
        }

        foreach (ThresholdResult threshold in report.Thresholds)
        {
            Line(text, "threshold", ReportLines.Threshold(threshold));
        }

        Line(text, "result", ReportLines.Result(report));
        return text.ToString();
    }

    private static void WriteStage(StringBuilder text, StageReport stage)
    {
        StepReport iterations = stage.Iterations;
        text.Append(CultureInfo.InvariantCulture, $"\nstage {stage.Name}, an iteration is a {stage.Unit}: {stage.Phases}\n");
        Line(text, "  processors", $"servers {ReportNumbers.Percent(stage.ServerCpuShare, 1)} of one, load tool {ReportNumbers.Percent(stage.OwnCpuShare, 1)}, over {ReportNumbers.Seconds(stage.Cost.Seconds)}");
        if (iterations.Ok + iterations.Failed == 0 && stage.AskedPerSecond is null)
        {
            // A pause: what it cost is all there is to say.
            return;
        }

        Line(text, "  done", $"{Outcome(iterations)} in {ReportNumbers.Seconds(stage.Seconds)}");
        Line(
            text,
            "  rate",
            $"{ReportNumbers.Rate(iterations.PerSecond)}; each: {ReportNumbers.Time(stage.ServerCpuMicroseconds)} server CPU, {ReportNumbers.Time(stage.OwnCpuMicroseconds)} load tool CPU, {ReportNumbers.Bytes(stage.ServerAllocatedBytes)} allocated on the server");
        if (stage.AskedPerSecond is { } asked)
        {
            double started = stage.StartedPerSecond ?? 0;
            Line(text, "  asked", $"{ReportNumbers.Rate(asked)}, started {ReportNumbers.Rate(started)} = {ReportNumbers.Percent(started, asked)}");
        }

        WriteLatencies(text, "  ", iterations);
        foreach (StepReport step in stage.Steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {step.Name}: {Outcome(step)}, {ReportNumbers.Rate(step.PerSecond)}\n");
            WriteLatencies(text, "    ", step);
        }
    }

    private static string Outcome(StepReport step) =>
        $"{ReportNumbers.Count(step.Ok)} ok, {ReportNumbers.Count(step.Failed)} failed{(step.Bytes > 0 && step.Ok > 0 ? $", {ReportNumbers.Bytes(step.Bytes)}, {ReportNumbers.Bytes((double)step.Bytes / step.Ok)} each" : "")}";

    private static void WriteLatencies(StringBuilder text, string indent, StepReport step)
    {
        Line(text, indent + "latency", ReportLines.Latency(step.Latency));
        Latency(text, indent + "from intended", step.FromIntended);
        Latency(text, indent + "start lateness", step.StartLateness);
        WriteFailures(text, indent + "failed", step.Failures);
    }

    private static void Latency(StringBuilder text, string name, LatencySummary? latency)
    {
        if (latency is not null)
        {
            Line(text, name, ReportLines.Latency(latency));
        }
    }

    private static void WriteFailures(StringBuilder text, string name, IEnumerable<FailureCount> failures)
    {
        foreach (FailureCount failure in failures)
        {
            Line(text, name, $"{ReportNumbers.Count(failure.Count)} x {failure.Kind}");
        }
    }

    private static void Line(StringBuilder text, string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name,-18}").Append(value).Append('\n');
}
