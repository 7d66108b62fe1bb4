namespace FastRegistry.Load.Statistics;

/// <summary>Summaries of histograms from other processes. Placeholder.</summary>
internal static class LatencySummaries
{
    public static LatencySummary Of(HistogramData data) => new(data.Counts.Sum(), data.MinimumTicks, 0, 0, 0, 0, 0, 0, 0, 0, data.MaximumTicks);
}
