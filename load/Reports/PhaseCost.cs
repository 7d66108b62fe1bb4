namespace FastRegistry.Load.Reports;

/// <summary>What a phase took.</summary>
/// <param name="Seconds">Wall clock.</param>
/// <param name="ServerCpuSeconds">Processor time of the server's process.</param>
/// <param name="OwnCpuSeconds">Processor time of the load tool, which shares the machine.</param>
internal sealed record PhaseCost(double Seconds, double ServerCpuSeconds, double OwnCpuSeconds);
