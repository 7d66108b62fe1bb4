namespace FastRegistry.Node.Observability;

/// <summary>One metric: its name in Prometheus' text form, its help line, and how to read it.</summary>
/// <param name="Name">Snake case, with its unit at the end.</param>
/// <param name="Help">One sentence.</param>
/// <param name="IsCounter">It only grows; otherwise it is a gauge.</param>
/// <param name="Read">Cheap and safe on any thread.</param>
/// <param name="Labels">What tells it from others of the same name; null = it is the only one.</param>
/// <param name="Ranking">Its figures, which differ from time to time, and their labels; null = it has one, in <paramref name="Read"/>.</param>
/// <param name="Histogram">Its buckets; then <paramref name="Read"/> is the number of durations. Null = it is a single figure.</param>
internal sealed record MetricDefinition(
    string Name, string Help, bool IsCounter, Func<double> Read, IReadOnlyList<KeyValuePair<string, string>>? Labels = null, LatencyHistogram? Histogram = null,
    Func<IReadOnlyList<MetricSeries>>? Ranking = null)
{
    /// <summary>The type in Prometheus' words.</summary>
    public string Type => Histogram is not null ? "histogram" : IsCounter ? "counter" : "gauge";
}
