namespace FastRegistry.Node.Observability;

/// <summary>One of several figures with the same name.</summary>
/// <param name="Read">Cheap and safe on any thread.</param>
/// <param name="Labels">What tells it from the others.</param>
internal sealed record MetricSeries(Func<double> Read, params KeyValuePair<string, string>[] Labels)
{
    /// <summary>A figure with one label.</summary>
    public static MetricSeries Of(string label, string value, Func<double> read) => new(read, KeyValuePair.Create(label, value));
}
