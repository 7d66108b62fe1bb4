using FastRegistry.Load.Connections;

namespace FastRegistry.Load.Reports;

/// <summary>What was asked for, so that a report can be repeated.</summary>
internal sealed record RunSettings(
    int Connections, double HoldSeconds, double? HeartbeatSeconds, int? RatePerSecond, int Concurrency, string Server, int Sources)
{
    public static RunSettings Of(ConnectionsOptions options) => new(
        options.Connections,
        options.Hold.TotalSeconds,
        options.Heartbeat?.TotalSeconds,
        options.RatePerSecond,
        options.Concurrency,
        options.Server.ToString(),
        options.Sources);
}
