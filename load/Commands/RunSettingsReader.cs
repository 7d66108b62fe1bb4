using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Commands;

/// <summary>Reads the settings of a run from the arguments of a scenario's command.</summary>
internal static class RunSettingsReader
{
    /// <exception cref="ArgumentError">One of them is unknown or malformed.</exception>
    public static RunSettings Read(string[] arguments) =>
        throw new ArgumentError($"unknown scenario '{(arguments is [] ? "" : arguments[0])}'");
}
