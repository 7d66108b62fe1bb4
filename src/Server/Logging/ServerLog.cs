namespace FastRegistry.Server.Logging;

/// <summary>The log lines of the program and its HTTP side.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Information, "FastRegistry {Version}, node {Node}, is ready: clients on {Clients}, HTTP on {Http}")]
    public static partial void Ready(this ILogger log, string version, string node, string clients, string http);

    [LoggerMessage(5, LogLevel.Information, "{Limit}, fewer than Limits:Connections ({Configured})")]
    public static partial void FewerConnections(this ILogger log, string limit, int configured);

    [LoggerMessage(15, LogLevel.Warning, "An operator set the level of log {Category} to {Level}")]
    public static partial void LogLevelSet(this ILogger log, string category, LogLevel level);

    [LoggerMessage(40, LogLevel.Error, "HTTP {Method} {Path} failed")]
    public static partial void HttpFault(this ILogger log, Exception fault, string method, string path);
}
