namespace FastRegistry.Load.Observation;

/// <summary>A second of a stage as servers told it, without a collection.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Seconds">Since the stage began.</param>
/// <param name="Ok">Iterations that had succeeded.</param>
/// <param name="Failed">Iterations that had failed.</param>
internal sealed record TimelinePoint(
    string Stage, double Seconds, long Ok, long Failed, double ServerCpuSeconds, long ManagedHeapBytes, long ResidentAnonymousBytes, int Connections);
