namespace FastRegistry.Load.Observation;

/// <summary>What servers tell at any moment without being disturbed; of several servers, the sums.</summary>
/// <param name="CpuSeconds">Processor time since their start.</param>
/// <param name="AllocatedBytes">Managed memory allocated since their start.</param>
/// <param name="Connections">Client connections that are open.</param>
internal readonly record struct ServerReading(double CpuSeconds, long AllocatedBytes, int Connections);
