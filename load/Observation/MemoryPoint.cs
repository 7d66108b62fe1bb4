namespace FastRegistry.Load.Observation;

/// <summary>Memory of all servers after a forced, compacting collection.</summary>
/// <param name="When">The stage that was over; <c>start</c> before the first.</param>
/// <param name="ManagedHeapBytes">Live managed heap.</param>
/// <param name="ResidentAnonymousBytes">RssAnon.</param>
/// <param name="Connections">Client connections at that moment.</param>
/// <param name="Kernel">Null where the system does not tell.</param>
internal sealed record MemoryPoint(string When, long ManagedHeapBytes, long ResidentAnonymousBytes, int Connections, KernelMemory? Kernel);
