namespace FastRegistry.Server.Observability;

/// <summary>One metric: its name in Prometheus' text form, its help line, and how to read it.</summary>
/// <param name="Name">Snake case, with its unit at the end.</param>
/// <param name="Help">One sentence.</param>
/// <param name="IsCounter">It only grows; otherwise it is a gauge.</param>
/// <param name="Read">Cheap and safe on any thread.</param>
/// <param name="Labels">What tells it from others of the same name; null = it is the only one.</param>
internal sealed record MetricDefinition(
    string Name, string Help, bool IsCounter, Func<double> Read, IReadOnlyList<KeyValuePair<string, string>>? Labels = null);
