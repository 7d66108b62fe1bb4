using System.Globalization;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Consoles;

/// <summary>Progress in words.</summary>
internal static class ProgressText
{
    private const int BarWidth = 20;

    /// <summary>Empty when there is no plan to compare with.</summary>
    public static string Bar(in ScenarioProgress progress)
    {
        if (Share(progress) is not { } share)
        {
            return "";
        }

        int full = (int)(share * BarWidth);
        return $"[{new string('#', full)}{new string('.', BarWidth - full)}] {Percent(progress)}";
    }

    /// <summary>Empty when there is no plan to compare with.</summary>
    public static string Percent(in ScenarioProgress progress) =>
        Share(progress) is { } share ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100):0} %, ") : "";

    public static string Facts(in ScenarioProgress progress, double okPerSecond) =>
        $"{ReportNumbers.Seconds(progress.ElapsedSeconds)}, {ReportNumbers.Rate(okPerSecond)}, failed {ReportNumbers.Count(progress.Failed)}, active {ReportNumbers.Count(progress.Active)}";

    public static string Done(StageReport stage) =>
        $"{stage.Name}: {ReportNumbers.Count(stage.Iterations.Ok)} ok, {ReportNumbers.Count(stage.Iterations.Failed)} failed in {ReportNumbers.Seconds(stage.Seconds)}, "
        + $"{ReportNumbers.Rate(stage.Iterations.PerSecond)} at {ReportNumbers.Time(stage.ServerCpuMicroseconds)} server CPU each";

    /// <summary>From 0 to 1.</summary>
    private static double? Share(in ScenarioProgress progress)
    {
        double? share = progress.PlannedSeconds > 0 ? progress.ElapsedSeconds / progress.PlannedSeconds
            : progress.PlannedIterations > 0 ? (double)(progress.Ok + progress.Failed) / progress.PlannedIterations
            : null;
        return share is { } value ? Math.Clamp(value, 0, 1) : null;
    }
}
