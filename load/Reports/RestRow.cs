using System.Collections.Immutable;

namespace FastRegistry.Load.Reports;

/// <summary>One figure at every moment it was read, and whether it came back to rest.</summary>
/// <param name="Values">In the order of the moments; null where servers do not tell.</param>
/// <param name="Rule">What had to hold; empty = nothing.</param>
/// <param name="Held">Null when it was not judged.</param>
internal sealed record RestRow(string Name, bool IsBytes, ImmutableArray<double?> Values, string Rule, bool? Held);
