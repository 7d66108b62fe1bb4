using System.Diagnostics;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.SelfCheck;

/// <summary>What must be reported of a run with a stall. Pure functions of the settings and of what was reported.</summary>
/// <remarks>
/// Open model: iterations that are due during the stall wait for its end, so their latencies lie evenly between the delay and delay + stall. Closed model: each
/// copy waits once. Nothing can be faster than expected, so the lower bounds only leave room for the width of histogram buckets.
/// </remarks>
internal sealed class StallExpectation(SelfCheckSettings settings)
{
    private const double BucketWidth = 0.01;
    private static readonly double MillisecondTicks = Stopwatch.Frequency / 1e3;

    private readonly double _delay = settings.Delay.TotalMilliseconds;
    private readonly double _stall = settings.Stall.TotalMilliseconds;

    /// <summary>Latencies an open run must have from the intended start.</summary>
    public IEnumerable<CheckedValue> CheckOpen(HistogramData fromIntended)
    {
        LatencyHistogram histogram = LatencyHistogram.Of([fromIntended]);
        yield return Latency("p50 ms", OpenPercentile(50), histogram.PercentileMicroseconds(50), settings.MedianLateness);
        yield return Latency("p95 ms", OpenPercentile(95), histogram.PercentileMicroseconds(95), settings.OtherLateness);
        yield return Latency("p99 ms", OpenPercentile(99), histogram.PercentileMicroseconds(99), settings.OtherLateness);
        yield return Latency("max ms", _delay + _stall, histogram.MaximumMicroseconds, settings.OtherLateness);

        double slow = _stall / 10;
        double perMillisecond = settings.PerSecond / 1e3;
        double expected = (_delay + _stall - slow) * perMillisecond;
        double more = settings.OtherLateness.TotalMilliseconds * perMillisecond;
        long found = histogram.CountAbove((long)(slow * MillisecondTicks));
        yield return new CheckedValue($"slower than {slow:0} ms", expected, found, (expected * (1 - (2 * BucketWidth))) - 2, expected + more);
    }

    /// <summary>How late iterations must have begun when it was the generator that stood still.</summary>
    public IEnumerable<CheckedValue> CheckLateness(HistogramData startLateness)
    {
        LatencyHistogram histogram = LatencyHistogram.Of([startLateness]);
        yield return Latency("start lateness p95 ms", OpenPercentile(95) - _delay, histogram.PercentileMicroseconds(95), settings.OtherLateness);

        // The iteration that stops the generator began in time; the next one is the latest.
        double longest = _stall - (1e3 / settings.PerSecond);
        yield return Latency("start lateness max ms", longest, histogram.MaximumMicroseconds, settings.OtherLateness);
    }

    /// <summary>Latencies a closed run must have: the stall hides behind one slow answer of each copy.</summary>
    public IEnumerable<CheckedValue> CheckClosed(HistogramData latency, int copies)
    {
        LatencyHistogram histogram = LatencyHistogram.Of([latency]);
        yield return Latency("p50 ms", _delay, histogram.PercentileMicroseconds(50), settings.MedianLateness);
        yield return Latency("p95 ms", _delay, histogram.PercentileMicroseconds(95), settings.OtherLateness);
        yield return Latency("p99 ms", _delay, histogram.PercentileMicroseconds(99), settings.OtherLateness);
        yield return Latency("max ms", _stall, histogram.MaximumMicroseconds, settings.OtherLateness + settings.Delay);
        double slow = _stall * 0.9;
        yield return Exactly($"slower than {slow:0} ms", copies, histogram.CountAbove((long)(slow * MillisecondTicks)));
    }

    /// <summary>A count that has to be right to the last one.</summary>
    public static CheckedValue Exactly(string name, double expected, double reported) => new(name, expected, reported, expected, expected);

    private double OpenPercentile(double percent) =>
        Math.Max(_delay, _delay + _stall - ((100 - percent) / 100 * settings.During.TotalMilliseconds));

    private static CheckedValue Latency(string name, double expected, double reportedMicroseconds, TimeSpan lateness) => new(
        name,
        expected,
        reportedMicroseconds / 1e3,
        (expected * (1 - BucketWidth)) - 0.2,
        (expected * (1 + BucketWidth)) + lateness.TotalMilliseconds);
}
