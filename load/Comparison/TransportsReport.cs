using System.Collections.Immutable;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary>The whole of <c>load transports</c>; the JSON report is this record.</summary>
/// <param name="Servers">Processes of each side.</param>
/// <param name="Sides">Those that were run, in their order.</param>
internal sealed record TransportsReport(Machine Machine, int Servers, ImmutableArray<TransportSideResult> Sides)
{
    /// <summary>Every side opened all its connections, lost none and left none; otherwise its figures are about something else. Heartbeats that fail because a side
    /// does not keep up with the rate are a figure of it.</summary>
    public bool Passed => Sides.All(static side =>
        side.Report is { Interrupted: false, Losses.IsDefaultOrEmpty: true, LeftOnServers: 0 }
        && side.Report.Stages.All(static stage => stage.Name == TransportsText.Heartbeats || stage.Iterations.Failed == 0));
}
