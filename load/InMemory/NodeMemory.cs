namespace FastRegistry.Load.InMemory;

/// <summary>Memory of the process after a forced, compacting collection.</summary>
/// <param name="ManagedHeapBytes">Live managed heap.</param>
/// <param name="ResidentAnonymousBytes">RssAnon.</param>
/// <param name="FreeBlockBytes">Of the heap: free buffer blocks that the pool keeps for the next burst.</param>
internal sealed record NodeMemory(long ManagedHeapBytes, long ResidentAnonymousBytes, long FreeBlockBytes);
