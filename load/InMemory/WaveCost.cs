namespace FastRegistry.Load.InMemory;

/// <summary>What a wave cost the process; the peers' part is in it.</summary>
/// <param name="Seconds">From the moment all were due.</param>
/// <param name="CpuSeconds">Processor time.</param>
/// <param name="AllocatedBytes">Managed bytes allocated.</param>
/// <param name="PeakResidentBytes">Highest anonymous resident memory.</param>
internal sealed record WaveCost(double Seconds, double CpuSeconds, long AllocatedBytes, long PeakResidentBytes);
