using System.Diagnostics.Metrics;

namespace FastRegistry.Node.Observability;

/// <summary>Counts durations in buckets, for Prometheus' text form and for whoever listens to the meter.</summary>
/// <remarks>Any thread; recording is three interlocked additions at most and allocates nothing. A reader may see a duration in its bucket and not yet in the sum.</remarks>
internal sealed class LatencyHistogram
{
    private readonly double[] _bounds;
    private readonly long[] _boundMicroseconds;
    private readonly long[] _counts;
    private readonly Histogram<double> _instrument;
    private long _sumMicroseconds;

    /// <param name="boundsSeconds">Upper bounds of the buckets, each included, rising; the last bucket has none.</param>
    /// <param name="instrument">Told of every duration, in seconds.</param>
    public LatencyHistogram(ReadOnlySpan<double> boundsSeconds, Histogram<double> instrument)
    {
        _bounds = boundsSeconds.ToArray();
        _boundMicroseconds = [.. _bounds.Select(static bound => (long)Math.Round(bound * 1_000_000))];
        _counts = new long[_bounds.Length + 1];
        _instrument = instrument;
    }

    /// <summary>Upper bounds in seconds, without the last bucket's.</summary>
    public ReadOnlySpan<double> Bounds => _bounds;

    /// <summary>The meter's instrument.</summary>
    public Instrument Instrument => _instrument;

    /// <summary>Durations recorded.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            for (int bucket = 0; bucket < _counts.Length; bucket++)
            {
                count += CountOf(bucket);
            }

            return count;
        }
    }

    public double SumSeconds => Interlocked.Read(ref _sumMicroseconds) / 1_000_000.0;

    public void Record(long microseconds)
    {
        microseconds = Math.Max(microseconds, 0);
        int bucket = 0;
        while (bucket < _boundMicroseconds.Length && microseconds > _boundMicroseconds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _sumMicroseconds, microseconds);
        if (_instrument.Enabled)
        {
            _instrument.Record(microseconds / 1_000_000.0);
        }
    }

    /// <summary>Durations in one bucket; the last index is the bucket without a bound.</summary>
    public long CountOf(int bucket) => Interlocked.Read(ref _counts[bucket]);
}

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
