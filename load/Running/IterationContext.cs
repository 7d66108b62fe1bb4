using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>A place in which one iteration at a time runs and is measured; used again and again, so that an iteration costs no allocation.</summary>
/// <remarks>
/// Owned by a <see cref="LoadSession"/>. Begins on the load thread or a copy's own; ends on whichever thread completed the iteration, and goes on there:
/// targets complete the calls of a batch one after another and send what was asked meanwhile together. An iteration is counted once: its end and
/// <see cref="TryAbandon"/> compete for it.
/// </remarks>
internal abstract class IterationContext : ILoadContext
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Ending = 2;
    private const int Abandoned = 3;

    private readonly LoadSession _session;
    private readonly bool _isOpen;
    private readonly Action _continue;
    private ConfiguredValueTaskAwaitable<LoadResult>.ConfiguredValueTaskAwaiter _awaiter;
    private StepOperation? _freeStep;
    private long _startedAt;
    private int _state;

    protected IterationContext(LoadSession session, int copy, bool isOpen)
    {
        _isOpen = isOpen;
        _session = session;
        _continue = Continue;
        Copy = copy;
        Recorder = session.RecorderOf(copy);
    }

    public int Copy { get; }

    public long Iteration { get; private set; }

    public long IntendedStart { get; private set; }

    public CancellationToken Stopping => _session.Stopping;

    protected WorkerRecorder Recorder { get; }

    public ValueTask<LoadResult> StepAsync<TState>(string name, TState state, Func<TState, CancellationToken, ValueTask<LoadResult>> run)
    {
        StepRecorder recorder = Recorder.StepOf(name);
        long startedAt = Stopwatch.GetTimestamp();
        ConfiguredValueTaskAwaitable<LoadResult>.ConfiguredValueTaskAwaiter awaiter;
        try
        {
            awaiter = AwaiterOf(run(state, Stopping));
        }
        catch (Exception exception)
        {
            LoadResult failure = _session.FailureOf(exception);
            recorder.Record(0, failure);
            return new ValueTask<LoadResult>(failure);
        }

        if (!awaiter.IsCompleted)
        {
            StepOperation operation = Interlocked.Exchange(ref _freeStep, null) ?? new StepOperation(this);
            return operation.Begin(awaiter, recorder, startedAt);
        }

        LoadResult result = ResultOf(awaiter);
        recorder.Record(Stopwatch.GetTimestamp() - startedAt, result);
        return new ValueTask<LoadResult>(result);
    }

    /// <summary>Gives up an iteration that runs.</summary>
    /// <returns>True when there was one; its end will not be counted any more.</returns>
    public bool TryAbandon()
    {
        int state = Interlocked.CompareExchange(ref _state, Abandoned, Running);
        SpinWait spin = default;
        while (Volatile.Read(ref _state) == Ending)
        {
            spin.SpinOnce();
        }

        return state == Running;
    }

    internal LoadResult ResultOf(ConfiguredValueTaskAwaitable<LoadResult>.ConfiguredValueTaskAwaiter awaiter)
    {
        try
        {
            return awaiter.GetResult();
        }
        catch (Exception exception)
        {
            return _session.FailureOf(exception);
        }
    }

    internal void Return(StepOperation operation) => Volatile.Write(ref _freeStep, operation);

    /// <summary>Begins an iteration.</summary>
    /// <param name="intendedStart">In open phases; else it is now.</param>
    /// <returns>True when it has ended as well; else <see cref="OnEnded"/> will be called, maybe before this returns.</returns>
    protected bool RunToFirstWait(long intendedStart)
    {
        Iteration = _session.NextIteration();
        _startedAt = Stopwatch.GetTimestamp();
        IntendedStart = _isOpen ? intendedStart : _startedAt;
        if (_isOpen)
        {
            Recorder.RecordStart(_startedAt - intendedStart);
        }

        Volatile.Write(ref _state, Running);
        ConfiguredValueTaskAwaitable<LoadResult>.ConfiguredValueTaskAwaiter awaiter;
        try
        {
            awaiter = AwaiterOf(_session.Scenario.Run(this));
        }
        catch (Exception exception)
        {
            End(_session.FailureOf(exception));
            return true;
        }

        if (awaiter.IsCompleted)
        {
            End(ResultOf(awaiter));
            return true;
        }

        _awaiter = awaiter;
        awaiter.UnsafeOnCompleted(_continue);
        return false;
    }

    /// <summary>An iteration that had to wait has ended and is counted.</summary>
    protected abstract void OnEnded();

    private static ConfiguredValueTaskAwaitable<LoadResult>.ConfiguredValueTaskAwaiter AwaiterOf(ValueTask<LoadResult> call) =>
        call.ConfigureAwait(false).GetAwaiter();

    private void Continue()
    {
        End(ResultOf(_awaiter));
        OnEnded();
    }

    private void End(in LoadResult result)
    {
        long now = Stopwatch.GetTimestamp();
        if (Interlocked.CompareExchange(ref _state, Ending, Running) == Running)
        {
            Recorder.RecordEnd(now - _startedAt, _isOpen ? Math.Max(0, now - IntendedStart) : -1, result);
            Volatile.Write(ref _state, Idle);
        }
    }
}
