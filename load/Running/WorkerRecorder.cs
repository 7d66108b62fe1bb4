using System.Collections.Immutable;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Running;

/// <summary>The measurements of a share of a session's copies, so that threads seldom meet on one counter; the shares are merged at the end.</summary>
/// <remarks>Any thread records, without allocation. Owned by a <see cref="LoadSession"/>.</remarks>
/// <param name="isOpen">Whether there are open phases, which have intended starts.</param>
internal sealed class WorkerRecorder(LoadScenario scenario, bool isOpen)
{
    private readonly StepRecorder _iterations = new(scenario.Name);
    private readonly StepRecorder[] _steps = [.. scenario.Steps.Select(static name => new StepRecorder(name))];
    private readonly LatencyHistogram? _fromIntended = isOpen ? new() : null;
    private readonly LatencyHistogram? _startLateness = isOpen ? new() : null;

    public long Ok => _iterations.Ok;

    public long Failed => _iterations.Failed;

    /// <summary>An iteration of an open phase begins.</summary>
    public void RecordStart(long latenessTicks) => _startLateness!.Record(latenessTicks);

    /// <param name="fromIntendedTicks">Below 0 in closed phases.</param>
    public void RecordEnd(long durationTicks, long fromIntendedTicks, in LoadResult result)
    {
        if (fromIntendedTicks >= 0 && result.IsOk)
        {
            _fromIntended!.Record(fromIntendedTicks);
        }

        // Last, because the session is over when everything that began is counted here.
        _iterations.Record(durationTicks, result);
    }

    /// <exception cref="ArgumentException">The scenario has no such step.</exception>
    public StepRecorder StepOf(string name)
    {
        foreach (StepRecorder step in _steps)
        {
            if (ReferenceEquals(step.Name, name) || step.Name == name)
            {
                return step;
            }
        }

        throw new ArgumentException($"step '{name}' is not one of the scenario's Steps", nameof(name));
    }

    public StepResult IterationsResult() => _iterations.ToResult(_fromIntended?.ToData(), _startLateness?.ToData());

    public ImmutableArray<StepResult> StepResults() => [.. _steps.Select(static step => step.ToResult())];
}
