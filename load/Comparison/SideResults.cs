using FastRegistry.Load.Reports;
using FastRegistry.Load.Restore;

namespace FastRegistry.Load.Comparison;

/// <summary>What one side gave in one pair.</summary>
internal sealed class SideResults
{
    private readonly Dictionary<string, LoadReport> _reports = [];

    /// <summary>From the start of the server's process to its word that it is ready.</summary>
    public double? ReadyMilliseconds { get; set; }

    /// <summary>Null when it was not run.</summary>
    public RestoreReport? Restore { get; set; }

    public void Add(string measurement, LoadReport report) => _reports[measurement] = report;

    public LoadReport? Find(string measurement) => _reports.GetValueOrDefault(measurement);

    /// <summary>A stage of a measurement, or null when either was not run.</summary>
    public StageReport? Stage(string measurement, string stage) => Find(measurement)?.Stages.FirstOrDefault(report => report.Name == stage);

    /// <summary>A step of a stage, or null.</summary>
    public StepReport? Step(string measurement, string stage, string step) =>
        Stage(measurement, stage)?.Steps.FirstOrDefault(report => report.Name == step);
}
