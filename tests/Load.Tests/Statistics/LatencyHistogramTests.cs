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
}
