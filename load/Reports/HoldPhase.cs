using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Reports;

/// <summary>What happened while the connections were held.</summary>
/// <param name="Heartbeats">Null when they were off.</param>
/// <param name="ProbesAnswered">Probes of the server since the first connection.</param>
/// <param name="Losses">Connections that ended though nobody asked them to, by kind.</param>
/// <param name="Cost">What it took.</param>
internal sealed record HoldPhase(HeartbeatResult? Heartbeats, long ProbesAnswered, IReadOnlyList<FailureCount> Losses, PhaseCost Cost)
{
    public int Lost => Losses.Sum(static loss => loss.Count);

    public double? ServerCpuMicrosecondsPerHeartbeat => Heartbeats is { Answered: > 0 } ? Cost.ServerCpuSeconds * 1e6 / Heartbeats.Answered : null;
}
