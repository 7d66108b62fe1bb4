using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.NBomber;

/// <summary>A measure kept beside NBomber, which knows no measurements outside an iteration. Any thread.</summary>
internal sealed class HistogramMeasure(string name, MeasuredTime measuredTime) : IMeasure
{
    public string Name => name;

    public LatencyHistogram Latency { get; } = new();

    public FailureCounter Failures { get; } = new();

    public void Record(long durationTicks, LoadResult result)
    {
        if (!measuredTime.IsNow)
        {
            return;
        }

        if (result.IsOk)
        {
            Latency.Record(durationTicks);
        }
        else
        {
            Failures.Count(result.StatusCode);
        }
    }
}
