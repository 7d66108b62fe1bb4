using System.Diagnostics;
using System.Numerics;

namespace FastRegistry.Load.Statistics;

/// <summary>Counts durations in log-linear buckets: exact below 256 units, within 0.8 % above, up to 73 minutes.</summary>
/// <remarks>
/// The unit is one <see cref="Stopwatch"/> tick (a nanosecond on Linux). A fixed array of 4,608 counters (36 KB), no allocation per measurement. Any
/// thread records; a writer that records millions a second should have its own and merge it at the end. Reading beside writers gives a state
/// that may miss the newest measurements.
/// <code>
///  value      0 … 255    : bucket = value
///  value  ≥ 256 = 2^e    : bucket = 256 + (e - 8) * 128 + the 7 bits below the highest one
/// </code>
/// </remarks>
internal sealed class LatencyHistogram
{
    private const int ExactValues = 256;
    private const int ExactBits = 8;
    private const int FractionBits = 7;
    private const int LargestExponent = 41;
    private const int Buckets = ExactValues + ((LargestExponent - ExactBits + 1) << FractionBits);

    private readonly long[] _counts = new long[Buckets];
    private long _maximum;

    /// <summary>Measurements so far.</summary>
    public long Count => _counts.Sum();

    /// <summary>Largest measurement, exact, in microseconds.</summary>
    public double MaximumMicroseconds => ToMicroseconds(Volatile.Read(ref _maximum));

    /// <summary>Counts one duration; negative ones count as zero.</summary>
    public void Record(long stopwatchTicks)
    {
        Interlocked.Increment(ref _counts[BucketOf(stopwatchTicks)]);
        RaiseMaximum(stopwatchTicks);
    }

    /// <summary>Adds everything <paramref name="other"/> has counted.</summary>
    public void Merge(LatencyHistogram other)
    {
        for (int i = 0; i < Buckets; i++)
        {
            long count = Volatile.Read(ref other._counts[i]);
            if (count != 0)
            {
                Interlocked.Add(ref _counts[i], count);
            }
        }

        RaiseMaximum(Volatile.Read(ref other._maximum));
    }

    /// <summary>The duration in microseconds that <paramref name="percent"/> of all measurements do not pass: the middle of its bucket, at most the
    /// maximum; 0 when there are none.</summary>
    /// <param name="percent">Above 0, at most 100.</param>
    public double PercentileMicroseconds(double percent)
    {
        long total = Count;
        long rank = Math.Max(1, (long)Math.Ceiling(total * percent / 100));
        long seen = 0;
        for (int i = 0; i < Buckets; i++)
        {
            seen += Volatile.Read(ref _counts[i]);
            if (total > 0 && seen >= rank)
            {
                return ToMicroseconds(Math.Min(MiddleOf(i), Volatile.Read(ref _maximum)));
            }
        }

        return 0;
    }

    public LatencySummary Summarise() => new(
        Count,
        MinimumMicroseconds: 0,
        MeanMicroseconds: 0,
        PercentileMicroseconds(50),
        PercentileMicroseconds(75),
        PercentileMicroseconds(90),
        PercentileMicroseconds(95),
        PercentileMicroseconds(99),
        PercentileMicroseconds(99.9),
        PercentileMicroseconds(99.99),
        MaximumMicroseconds);

    public static LatencySummary Summarise(HistogramData data) => new(data.Counts.Sum(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static int BucketOf(long value)
    {
        if (value < ExactValues)
        {
            return (int)Math.Max(value, 0);
        }

        int exponent = BitOperations.Log2((ulong)value);
        if (exponent > LargestExponent)
        {
            return Buckets - 1;
        }

        int fraction = (int)(value >> (exponent - FractionBits)) & ((1 << FractionBits) - 1);
        return ExactValues + ((exponent - ExactBits) << FractionBits) + fraction;
    }

    private static long MiddleOf(int bucket)
    {
        if (bucket < ExactValues)
        {
            return bucket;
        }

        int exponent = ((bucket - ExactValues) >> FractionBits) + ExactBits;
        long fraction = (bucket - ExactValues) & ((1 << FractionBits) - 1);
        long width = 1L << (exponent - FractionBits);
        return (1L << exponent) + (fraction * width) + (width / 2);
    }

    private static double ToMicroseconds(long stopwatchTicks) => stopwatchTicks * 1e6 / Stopwatch.Frequency;

    private void RaiseMaximum(long value)
    {
        long maximum = Volatile.Read(ref _maximum);
        while (value > maximum)
        {
            long seen = Interlocked.CompareExchange(ref _maximum, value, maximum);
            if (seen == maximum)
            {
                return;
            }

            maximum = seen;
        }
    }
}
