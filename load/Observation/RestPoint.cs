using System.Collections.Immutable;

namespace FastRegistry.Load.Observation;

/// <summary>What all servers together held at a moment, and their memory after a forced collection.</summary>
/// <param name="When">For people.</param>
/// <param name="Gauges">One for each of <see cref="RestGauge.All"/>; null where a server does not tell.</param>
internal sealed record RestPoint(string When, long ManagedHeapBytes, long ResidentAnonymousBytes, ImmutableArray<double?> Gauges);
