using System.Collections.Immutable;

namespace FastRegistry.Load.Statistics;

/// <summary>The contents of a <see cref="LatencyHistogram"/>: only the buckets that are not empty, so that it is small on its way to another process.</summary>
/// <param name="Buckets">Ascending.</param>
/// <param name="Counts">As many as <paramref name="Buckets"/>.</param>
/// <param name="MinimumTicks">Exact; 0 when there is none.</param>
/// <param name="MaximumTicks">Exact.</param>
/// <param name="SumTicks">For the mean.</param>
internal sealed record HistogramData(
    ImmutableArray<int> Buckets, ImmutableArray<long> Counts, long MinimumTicks, long MaximumTicks, double SumTicks);
