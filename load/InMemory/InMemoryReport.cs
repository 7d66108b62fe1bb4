using System.Collections.Immutable;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.InMemory;

/// <summary>The whole run; the JSON report is this record.</summary>
/// <param name="Rules">What had to hold.</param>
internal sealed record InMemoryReport(Machine Machine, InMemorySettings Settings, InMemoryFigures Figures, ImmutableArray<ThresholdResult> Rules)
{
    public bool Passed => Rules.All(static rule => rule.Held);
}
