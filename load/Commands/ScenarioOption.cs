using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Commands;

/// <summary>An option that changes what a scenario does.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Value">Placeholder in the usage text.</param>
/// <param name="Help">One line.</param>
/// <param name="Apply">Reads it; returns the settings unchanged when it is not there.</param>
/// <param name="Format">The value in settings as it is written on the command line; null = it is not set.</param>
internal sealed record ScenarioOption(
    string Name, string Value, string Help, Func<RunSettings, ArgumentReader, RunSettings> Apply, Func<RunSettings, string?> Format);
