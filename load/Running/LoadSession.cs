using System.Diagnostics;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>One pass over a scenario's phases: the warm-up or the measured part.</summary>
/// <remarks>Owned by a <see cref="ScenarioRunner"/>. <see cref="Run"/> takes the load thread for as long as it lasts; iterations and progress readers come from
/// any thread.</remarks>
internal sealed class LoadSession
{
    private readonly WorkerRecorder[] _recorders;
    private readonly FirstException _firstException;
    private readonly LoadWait _wait = new();
    private readonly SharedCounter _iterations = new();

    // Not disposed: iterations that were given up may still look at it.
    private readonly CancellationTokenSource _stopping = new();
    private readonly ClosedLoad _closed;
    private readonly OpenLoad _open;
    private readonly PhaseSequence _phases;

    public LoadSession(LoadScenario scenario, ScenarioRunnerOptions options, FirstException firstException, int recorders)
    {
        Scenario = scenario;
        HasOpenPhases = scenario.Phases.Any(static phase => phase is LoadPhase.Inject or LoadPhase.RampingInject);
        _firstException = firstException;
        _recorders = [.. Enumerable.Range(0, recorders).Select(_ => new WorkerRecorder(scenario, HasOpenPhases))];
        _closed = new ClosedLoad(this, _wait);
        _open = new OpenLoad(this, _wait, options.MaximumActive);
        _phases = new PhaseSequence(scenario, options, _closed, _open, _wait);
    }

    public LoadScenario Scenario { get; }

    public bool HasOpenPhases { get; }

    /// <summary>Cancelled when the session is interrupted, and for iterations that were given up.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public long Asked => _open.Asked;

    public long Started => _open.Started;

    public IReadOnlyList<WorkerRecorder> Recorders => _recorders;

    public long NextIteration() => _iterations.Increment() - 1;

    public WorkerRecorder RecorderOf(int copy) => _recorders[copy % _recorders.Length];

    public LoadResult FailureOf(Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            return LoadResult.Fail("cancelled");
        }

        _firstException.Take(exception);
        return LoadResult.Fail($"exception: {exception.GetType().Name}");
    }

    /// <summary>Runs the phases and waits for what has begun, on the calling thread.</summary>
    /// <param name="startAt">Stopwatch timestamp.</param>
    /// <param name="atMost">Ends the phases after this time.</param>
    /// <returns>Seconds the phases took, pauses excluded.</returns>
    public double Run(long startAt, TimeSpan? atMost, CancellationToken interrupted)
    {
        using CancellationTokenRegistration registration = interrupted.UnsafeRegister(static session => ((LoadSession)session!).Interrupt(), this);
        double seconds = _phases.Run(startAt, atMost is { } limit ? startAt + Deadline.TicksOf(limit) : long.MaxValue);
        _wait.While(HasActive, Deadline.After(Scenario.CompletionTimeout));
        foreach (IterationContext place in _closed.Places.Concat(_open.Places))
        {
            if (place.TryAbandon())
            {
                RecorderOf(0).RecordEnd(0, -1, LoadResult.Fail("not completed"));
            }
        }

        _ = _stopping.CancelAsync();
        return seconds;
    }

    public ScenarioProgress ReadProgress(long startAt) => new(
        Math.Max(0, Stopwatch.GetElapsedTime(startAt, Stopwatch.GetTimestamp()).TotalSeconds),
        PlannedSeconds,
        Scenario.Phases.OfType<LoadPhase.IterationsForConstant>().Sum(static phase => phase.Iterations),
        _open.ReadAsked(),
        _recorders.Sum(static recorder => recorder.Ok),
        _recorders.Sum(static recorder => recorder.Failed),
        (int)Math.Max(0, Active));

    private double PlannedSeconds =>
        Scenario.Phases.Any(static phase => phase is LoadPhase.IterationsForConstant) ? 0 : Scenario.Phases.Sum(static phase => phase.During.TotalSeconds);

    // Ended before begun, so that an iteration that begins in between is taken for active and not for less than none.
    private long Active
    {
        get
        {
            long ended = _recorders.Sum(static recorder => recorder.Ok + recorder.Failed) - _open.Refused;
            return _iterations.Value - ended;
        }
    }

    private bool HasActive() => _closed.Running > 0 || Active > 0;

    private void Interrupt()
    {
        // Before the token, or copies would begin again and again only to be cancelled.
        _closed.Gate.Close();
        _wait.Stop();
        _ = _stopping.CancelAsync();
    }
}
