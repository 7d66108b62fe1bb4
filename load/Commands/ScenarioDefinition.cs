using System.Collections.Immutable;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Commands;

/// <summary>A scenario as the command line offers it.</summary>
/// <param name="Summary">One line for the list of commands.</param>
/// <param name="Defaults">What it does without arguments; the servers are filled in later.</param>
/// <param name="Options">Names of the options it takes besides those every scenario takes.</param>
/// <param name="Thresholds">What must hold unless the user says otherwise.</param>
internal sealed record ScenarioDefinition(
    string Summary, RunSettings Defaults, ImmutableArray<string> Options, ImmutableArray<string> Thresholds)
{
    public string Name => Defaults.Scenario;
}
