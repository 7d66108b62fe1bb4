namespace FastRegistry.Load.Observation;

/// <summary>What the server says after a forced, compacting collection.</summary>
/// <param name="ManagedHeapBytes">Live managed heap.</param>
/// <param name="ResidentAnonymousBytes">Anonymous resident memory of its process.</param>
/// <param name="Connections">Client connections at that moment.</param>
internal sealed record ServerMemory(long ManagedHeapBytes, long ResidentAnonymousBytes, int Connections);
