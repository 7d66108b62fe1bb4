using System.Collections.Immutable;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Reports;

/// <summary>Everything a run found; the JSON report is this record.</summary>
/// <param name="Generators">Processes that made the load.</param>
/// <param name="Memory">Servers' memory: before the run and after the stages that ask for it.</param>
/// <param name="Timeline">Once a second.</param>
/// <param name="Losses">Connections that ended though nobody asked them to.</param>
/// <param name="LeftOnServers">Connections the servers still count after the end, above those before: a leak, or someone else's.</param>
internal sealed record LoadReport(
    RunSettings Settings,
    Machine Machine,
    int Generators,
    ImmutableArray<StageReport> Stages,
    ImmutableArray<MemoryPoint> Memory,
    ImmutableArray<TimelinePoint> Timeline,
    ImmutableArray<FailureCount> Losses,
    int LeftOnServers,
    ImmutableArray<ThresholdResult> Thresholds,
    bool Interrupted)
{
    /// <summary>Null where the scenario does not look for it.</summary>
    public RestReport? Rest { get; init; }

    /// <summary>Every threshold held, the servers came back to rest, and nobody interrupted it.</summary>
    public bool Passed => !Interrupted && Thresholds.All(static threshold => threshold.Held) && Rest is null or { Failed: 0 };
}
