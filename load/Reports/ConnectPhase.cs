using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Reports;

/// <summary>How opening went.</summary>
internal sealed record ConnectPhase(int Asked, int SetUp, LatencySummary Latency, IReadOnlyList<FailureCount> Failures, PhaseCost Cost)
{
    public double PerSecond => SetUp / Math.Max(Cost.Seconds, 1e-9);

    public double ServerCpuMicrosecondsEach => Cost.ServerCpuSeconds * 1e6 / Math.Max(SetUp, 1);
}
