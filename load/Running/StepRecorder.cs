using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Running;

/// <summary>Counts what iterations, a step or a measure came to.</summary>
/// <remarks>Any thread records, without allocation. Owned by a <see cref="WorkerRecorder"/> or a <see cref="Measure"/>, for one session.</remarks>
internal sealed class StepRecorder(string name)
{
    private readonly LatencyHistogram _latency = new();
    private readonly FailureCounter _failures = new();
    private long _ok;
    private long _failed;
    private long _bytes;

    public string Name { get; } = name;

    public long Ok => Volatile.Read(ref _ok);

    public long Failed => Volatile.Read(ref _failed);

    public void Record(long durationTicks, in LoadResult result)
    {
        if (result.IsOk)
        {
            _latency.Record(durationTicks);
            if (result.SizeBytes != 0)
            {
                Interlocked.Add(ref _bytes, result.SizeBytes);
            }

            Interlocked.Increment(ref _ok);
        }
        else
        {
            _failures.Count(result.StatusCode);
            Interlocked.Increment(ref _failed);
        }
    }

    public StepResult ToResult(HistogramData? fromIntended = null, HistogramData? startLateness = null) =>
        new(Name, Ok, Failed, Volatile.Read(ref _bytes), _latency.ToData(), fromIntended, startLateness, [.. _failures.ToList()]);
}
