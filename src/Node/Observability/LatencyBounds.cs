namespace FastRegistry.Node.Observability;

/// <summary>Upper bounds of histogram buckets, in seconds.</summary>
internal static class LatencyBounds
{
    /// <summary>From a change to its ack: a quarter of a millisecond on one machine, the whole of the retries at the other end.</summary>
    public static ReadOnlySpan<double> Delivery => [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>What a request does on its thread.</summary>
    public static ReadOnlySpan<double> Handling => [0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1];

    /// <summary>How late deadlines are noticed; up to a slot of 10 ms is by design.</summary>
    public static ReadOnlySpan<double> Lateness => [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
}
