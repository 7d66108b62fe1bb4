using System.Diagnostics.Metrics;
using FastRegistry.Node.Observability;

namespace FastRegistry.Node.Tests.Observability;

public sealed class LatencyHistogramTests : IDisposable
{
    private readonly RegistryMetrics _metrics = new();
    private readonly LatencyHistogram _histogram;

    public LatencyHistogramTests() => _histogram = _metrics.Histogram("test_seconds", "A test.", [0.00025, 0.001, 30]);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void A_bound_belongs_to_its_bucket_and_everything_is_counted_up_to_it()
    {
        foreach (long microseconds in (long[])[0, 250, 251, 1_000, 1_001, 30_000_000, 30_000_001])
        {
            _histogram.Record(microseconds);
        }

        string[] lines = PrometheusText.Write(_metrics.Definitions).Split('\n');
        int first = Array.IndexOf(lines, "# TYPE test_seconds histogram");
        Assert.Equal(
            [
                "test_seconds_bucket{le=\"0.00025\"} 2",
                "test_seconds_bucket{le=\"0.001\"} 4",
                "test_seconds_bucket{le=\"30\"} 6",
                "test_seconds_bucket{le=\"+Inf\"} 7",
                "test_seconds_sum 60.002503",
                "test_seconds_count 7",
            ],
            lines.Skip(first + 1).Take(6));
    }

    [Fact]
    public void A_negative_time_counts_as_none()
    {
        _histogram.Record(-5);
        Assert.Equal((1, 0), (_histogram.CountOf(0), _histogram.SumSeconds));
    }

    [Fact]
    public void Whoever_listens_to_the_meter_gets_every_duration_in_seconds()
    {
        List<double> heard = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, itself) =>
        {
            if (instrument.Name == "test_seconds" && ReferenceEquals(instrument, _histogram.Instrument))
            {
                itself.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, measurement, _, _) => heard.Add(measurement));
        listener.Start();
        _histogram.Record(1_500);
        Assert.Equal([0.0015], heard);
    }

    [Fact]
    public void Threads_lose_no_duration()
    {
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                _histogram.Record(i);
            }
        });
        Assert.Equal(80_000, _histogram.Count);
        Assert.Equal(8 * 9_999 * 5_000 / 1_000_000.0, _histogram.SumSeconds, 6);
    }
}
