namespace FastRegistry.Load.SelfCheck;

/// <summary>What an iteration that does nothing costs this process.</summary>
/// <param name="CpuNanoseconds">Of all threads.</param>
/// <param name="AllocatedBytes">What a run allocates once for itself is in it.</param>
internal readonly record struct IterationCost(long Iterations, double CpuNanoseconds, double AllocatedBytes);
