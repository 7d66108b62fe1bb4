using System.Diagnostics;
using FastRegistry.Load.Statistics;
using FastRegistry.Tests;

namespace FastRegistry.Load.Tests.Statistics;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_within_one_percent_of_a_sorted_list(int seed)
    {
        Random random = new(seed);
        LatencyHistogram histogram = new();
        long[] values = new long[100_000];
        for (int i = 0; i < values.Length; i++)
        {
            // From nanoseconds to minutes, evenly over the orders of magnitude.
            values[i] = (long)Math.Exp(random.NextDouble() * Math.Log(100e9));
            histogram.Record(values[i]);
        }

        Array.Sort(values);
        foreach (double percent in (double[])[1, 50, 90, 99, 99.9, 99.99, 100])
        {
            long exact = values[(int)Math.Ceiling(values.Length * percent / 100) - 1];
            double microseconds = exact * 1e6 / Stopwatch.Frequency;
            Assert.InRange(histogram.PercentileMicroseconds(percent), microseconds * 0.99 - 0.002, microseconds * 1.01 + 0.002);
        }

        Assert.Equal(values.Length, histogram.Count);
        Assert.Equal(values[^1] * 1e6 / Stopwatch.Frequency, histogram.MaximumMicroseconds, 3);
    }

    [Fact]
    public void Merged_histograms_say_what_one_would_have_said()
    {
        LatencyHistogram one = new();
        LatencyHistogram first = new();
        LatencyHistogram second = new();
        for (int i = 0; i < 10_000; i++)
        {
            one.Record(i * 37);
            (i % 2 == 0 ? first : second).Record(i * 37);
        }

        first.Merge(second);

        Assert.Equal(one.Summarise(), first.Summarise());
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        LatencyHistogram histogram = new();
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                histogram.Record(i);
            }
        });
    }

    [Fact]
    public void Nothing_recorded_is_zero_everywhere()
    {
        LatencyHistogram histogram = new();

        Assert.Equal(0, histogram.Count);
        Assert.Equal(0, histogram.PercentileMicroseconds(99.99));
    }

    [Fact]
    public void Data_on_its_way_to_another_process_loses_nothing()
    {
        Random random = new(5);
        LatencyHistogram one = new();
        LatencyHistogram[] parts = [new(), new(), new()];
        for (int i = 0; i < 30_000; i++)
        {
            long value = random.NextInt64(1L << random.Next(1, 40));
            one.Record(value);
            parts[i % parts.Length].Record(value);
        }

        LatencyHistogram merged = LatencyHistogram.Of(parts.Select(static part => part.ToData()));

        Assert.Equal(one.Summarise(), merged.Summarise());
        Assert.Equal(one.Summarise(), LatencyHistogram.Summarise(one.ToData()));
        Assert.Equal(one.ToData().Buckets, merged.ToData().Buckets);
        Assert.Equal(one.ToData().Counts, merged.ToData().Counts);
        Assert.True(one.ToData().Buckets.Length < 4_608);
    }

    [Fact]
    public void Minimum_mean_and_maximum_are_exact()
    {
        LatencyHistogram histogram = new();
        long[] values = [1_234_567, 987_654_321, 55_555];
        Array.ForEach(values, histogram.Record);

        LatencySummary summary = histogram.Summarise();

        double microsecondsPerTick = 1e6 / Stopwatch.Frequency;
        Assert.Equal(3, summary.Count);
        Assert.Equal(55_555 * microsecondsPerTick, summary.MinimumMicroseconds, 6);
        Assert.Equal(values.Average() * microsecondsPerTick, summary.MeanMicroseconds, 3);
        Assert.Equal(987_654_321 * microsecondsPerTick, summary.MaximumMicroseconds, 6);
        Assert.InRange(summary.P50Microseconds, 1_234.567 * 0.99, 1_234.567 * 1.01);
    }

    [Fact]
    public void One_measurement_is_every_percentile()
    {
        LatencyHistogram histogram = new();
        histogram.Record(1_000_000);

        LatencySummary summary = histogram.Summarise();

        Assert.Equal(summary.MinimumMicroseconds, summary.P50Microseconds);
        Assert.Equal(summary.MaximumMicroseconds, summary.P9999Microseconds);
    }

    [Fact]
    public void Measurements_above_a_duration_are_counted()
    {
        LatencyHistogram histogram = new();
        for (int milliseconds = 1; milliseconds <= 100; milliseconds++)
        {
            histogram.Record(milliseconds * 1_000_000L);
        }

        Assert.Equal(10, histogram.CountAbove(90_400_000));
        Assert.Equal(0, histogram.CountAbove(101_000_000));
    }

    [Fact]
    public void Nothing_is_lost_when_threads_record_at_the_same_time()
    {
        LatencyHistogram histogram = new();
        Parallel.For(0, 8, worker =>
        {
            for (int i = 1; i <= 50_000; i++)
            {
                histogram.Record((worker * 50_000) + i);
            }
        });

        HistogramData data = histogram.ToData();

        Assert.Equal(400_000, histogram.Count);
        Assert.Equal((1, 400_000), (data.MinimumTicks, data.MaximumTicks));
        Assert.Equal(400_000.0 * 400_001 / 2, data.SumTicks);
    }
}
