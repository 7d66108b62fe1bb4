using FastRegistry.Registry.Events;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>The logs Nacos' calls name, and which of them there are here; and its words for levels.</summary>
internal static class LogNames
{
    private const string Node = "FastRegistry";

    private static readonly Dictionary<string, string?> Naming = new(StringComparer.Ordinal)
    {
        ["naming-server"] = Node,
        ["naming-event"] = EventLog.Category,
        ["naming-push"] = null,
        ["naming-rt"] = null,
        ["naming-raft"] = null,
        ["naming-distro"] = null,
        ["naming-performance"] = null,
    };

    private static readonly Dictionary<string, string?> Core = new(StringComparer.Ordinal)
    {
        ["core"] = Node,
        ["core-auth"] = null,
        ["core-raft"] = null,
        ["core-distro"] = null,
        ["core-cluster"] = null,
    };

    private static readonly string[] Categories = [Node, EventLog.Category, "Microsoft"];

    /// <summary>Names that change something.</summary>
    public static string Known { get; } = string.Join(
        ", ", [.. Naming.Concat(Core).Where(static pair => pair.Value is not null).Select(static pair => pair.Key), .. Categories]);

    /// <summary>Finds the category behind a name; null when Nacos has such a log and this version has none. False: nobody has such a log.</summary>
    public static bool TryFind(string name, out string? category)
    {
        category = Array.Find(Categories, known => known == name);
        return category is not null || Naming.TryGetValue(name, out category) || Core.TryGetValue(name, out category);
    }

    /// <summary>Nacos' names of levels, and .NET's.</summary>
    public static LogLevel? FindLevel(string text) => text.ToUpperInvariant() switch
    {
        "ALL" or "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "INFO" or "INFORMATION" => LogLevel.Information,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "FATAL" or "CRITICAL" => LogLevel.Critical,
        "OFF" or "NONE" => LogLevel.None,
        _ => null,
    };
}
