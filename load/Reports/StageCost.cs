namespace FastRegistry.Load.Reports;

/// <summary>What the measured part of a stage took.</summary>
/// <param name="Seconds">Wall clock.</param>
/// <param name="ServerCpuSeconds">Processor time of all server processes, without what reading their metrics meanwhile took.</param>
/// <param name="OwnCpuSeconds">Processor time of the load tool's own processes, which share the machine.</param>
/// <param name="ServerAllocatedBytes">Managed memory the servers allocated, likewise.</param>
internal sealed record StageCost(double Seconds, double ServerCpuSeconds, double OwnCpuSeconds, long ServerAllocatedBytes);
