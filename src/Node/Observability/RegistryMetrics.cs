using System.Diagnostics.Metrics;
using FastRegistry.Node.Limits;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Observability;

/// <summary>Counters of the node, and the list of everything it can tell: through <c>Meter "FastRegistry"</c> and through <c>/metrics</c>.</summary>
/// <remarks>Any thread. Counting is one interlocked addition per batch, never per heartbeat or push.</remarks>
internal sealed class RegistryMetrics : IDisposable
{
    /// <summary>Frames received from clients. A field: sessions add to it with one interlocked addition per batch.</summary>
    public long FramesReceived;

    private readonly Meter _meter = new("FastRegistry");
    private readonly List<MetricDefinition> _definitions = [];
    private readonly long[] _closed = new long[Enum.GetValues<CloseKind>().Length];
    private long _accepted;
    private readonly long[] _refused = new long[Enum.GetValues<LimitKind>().Length];
    private long _shed;
    private long _moved;
    private long _notTakenIn;

    public RegistryMetrics()
    {
        RequestHandling = Histogram(
            "fastregistry_request_handling_seconds", "What a request takes on its receive path, of about 1 request in 64.", LatencyBounds.Handling);
        QueuedRequests = Histogram("fastregistry_request_queued_seconds", "From the arrival of a request that a worker runs to its answer.", LatencyBounds.Handling);
        WheelLateness = Histogram("fastregistry_wheel_lateness_seconds", "How late deadlines are noticed; a slot of 10 ms is by design.", LatencyBounds.Lateness);
        Counter("fastregistry_frames_received_total", "Frames received from clients.", () => Interlocked.Read(ref FramesReceived));
        Counter("fastregistry_connections_accepted_total", "Client connections accepted.", () => Interlocked.Read(ref _accepted));
        Counter("fastregistry_connections_refused_total", "Client connections refused by a limit.", () => _refused.Sum());
        foreach (LimitKind kind in Enum.GetValues<LimitKind>())
        {
            string name = kind.ToString().ToLowerInvariant();
            Counter($"fastregistry_connections_refused_{name}_total", $"Those refused by a limit per {name}.", () => Interlocked.Read(ref _refused[(int)kind]));
        }

        Counter("fastregistry_connections_shed_total", "Clients told to leave because rules became tighter.", () => Interlocked.Read(ref _shed));
        Counter("fastregistry_connections_moved_total", "Clients told to leave by an operator.", () => Interlocked.Read(ref _moved));
        Gauge(
            "fastregistry_clients_not_taking_in",
            "Clients that are alive and have not said for long that they have taken in a push that asked for it.",
            () => Interlocked.Read(ref _notTakenIn));
        foreach (CloseKind kind in Enum.GetValues<CloseKind>())
        {
            // One name per reason: no labels are needed to graph them.
            Counter($"fastregistry_connections_closed_{SnakeCase(kind)}_total", $"Client connections ended as {kind}.", () => Interlocked.Read(ref _closed[(int)kind]));
        }
    }

    public LatencyHistogram RequestHandling { get; }

    public LatencyHistogram QueuedRequests { get; }

    public LatencyHistogram WheelLateness { get; }

    /// <summary>Everything there is, in the order it was defined.</summary>
    public IReadOnlyList<MetricDefinition> Definitions => _definitions;

    public void CountAccepted() => Interlocked.Increment(ref _accepted);

    public void CountRefused(LimitKind kind) => Interlocked.Increment(ref _refused[(int)kind]);

    public void CountShed() => Interlocked.Increment(ref _shed);

    public void CountMoved() => Interlocked.Increment(ref _moved);

    /// <summary>A client takes nothing in any more (1), or does again or is gone (-1).</summary>
    public void CountNotTakenIn(int change) => Interlocked.Add(ref _notTakenIn, change);

    public void CountClosed(CloseReason reason) => Interlocked.Increment(ref _closed[(int)reason.Kind]);

    public void Gauge(string name, string help, Func<double> read)
    {
        _definitions.Add(new MetricDefinition(name, help, IsCounter: false, read));
        _meter.CreateObservableGauge(name, read, unit: null, help);
    }

    public void Counter(string name, string help, Func<double> read)
    {
        _definitions.Add(new MetricDefinition(name, help, IsCounter: true, read));
        _meter.CreateObservableCounter(name, read, unit: null, help);
    }

    /// <summary>Durations in buckets.</summary>
    /// <param name="name">Ends in <c>_seconds</c>.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="boundsSeconds">Upper bounds of the buckets.</param>
    public LatencyHistogram Histogram(string name, string help, ReadOnlySpan<double> boundsSeconds)
    {
        LatencyHistogram histogram = new(boundsSeconds, _meter.CreateHistogram<double>(name, "s", help));
        _definitions.Add(new MetricDefinition(name, help, IsCounter: true, () => histogram.Count, Histogram: histogram));
        return histogram;
    }

    /// <summary>Several gauges of one name.</summary>
    public void Gauges(string name, string help, IReadOnlyList<MetricSeries> series)
    {
        Define(name, help, isCounter: false, series);
        _meter.CreateObservableGauge(name, () => Measure(series), unit: null, help);
    }

    /// <summary>Gauges of one name whose labels differ from time to time.</summary>
    public void Ranking(string name, string help, Func<IReadOnlyList<MetricSeries>> read)
    {
        _definitions.Add(new MetricDefinition(name, help, IsCounter: false, static () => 0, Ranking: read));
        _meter.CreateObservableGauge(name, () => Measure(read()), unit: null, help);
    }

    /// <summary>Several counters of one name.</summary>
    public void Counters(string name, string help, IReadOnlyList<MetricSeries> series)
    {
        Define(name, help, isCounter: true, series);
        _meter.CreateObservableCounter(name, () => Measure(series), unit: null, help);
    }

    public void Dispose() => _meter.Dispose();

    private void Define(string name, string help, bool isCounter, IReadOnlyList<MetricSeries> series) =>
        _definitions.AddRange(series.Select(one => new MetricDefinition(name, help, isCounter, one.Read, one.Labels)));

    private static IEnumerable<Measurement<double>> Measure(IReadOnlyList<MetricSeries> series) =>
        series.Select(static one => new Measurement<double>(one.Read(), one.Labels.Select(static label => KeyValuePair.Create(label.Key, (object?)label.Value))));

    private static string SnakeCase(CloseKind kind) =>
        string.Concat(kind.ToString().Select(static (character, i) => i > 0 && char.IsUpper(character) ? $"_{char.ToLowerInvariant(character)}" : char.ToLowerInvariant(character).ToString()));
}

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

/// <summary>One of several figures with the same name.</summary>
/// <param name="Read">Cheap and safe on any thread.</param>
/// <param name="Labels">What tells it from the others.</param>
internal sealed record MetricSeries(Func<double> Read, params KeyValuePair<string, string>[] Labels)
{
    /// <summary>A figure with one label.</summary>
    public static MetricSeries Of(string label, string value, Func<double> read) => new(read, KeyValuePair.Create(label, value));
}
