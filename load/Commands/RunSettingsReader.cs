using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Commands;

/// <summary>Reads the settings of a run from the arguments of a scenario's command.</summary>
internal static class RunSettingsReader
{
    /// <exception cref="ArgumentError">One of them is unknown or malformed.</exception>
    public static RunSettings Read(string[] arguments)
    {
        string name = arguments is [] ? "" : arguments[0];
        ScenarioDefinition definition = ScenarioCatalogue.Find(name) ?? throw new ArgumentError($"unknown scenario '{name}'");
        ScenarioArguments read = ScenarioArguments.Read(definition, arguments.AsSpan(1));
        ServerAddress? running = DefaultServers.Of(read.Settings.Target);
        return read.Settings with
        {
            Servers = !read.Servers.IsEmpty ? read.Servers
                : running is not null ? [running]
                : throw new ArgumentError("--server must name a running server of this target"),
        };
    }
}
