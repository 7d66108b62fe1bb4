namespace FastRegistry.Server.Management;

/// <summary>Body of the operator's memory call.</summary>
/// <param name="ManagedHeapBytes">Live managed heap after a full, compacting collection.</param>
/// <param name="ResidentAnonymousBytes">Anonymous resident memory of the process.</param>
/// <param name="Connections">Client connections at that moment.</param>
internal sealed record CollectBody(long ManagedHeapBytes, long ResidentAnonymousBytes, int Connections);
