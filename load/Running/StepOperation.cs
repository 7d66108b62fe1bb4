using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>A step that has to wait. Its iteration keeps one for its next steps; steps at the same time get new ones.</summary>
/// <remarks>Completes on the thread that completed what the step waited for, and its iteration goes on there. The pooling builder of async methods would not
/// do: it keeps one object per thread and processor, while steps begin on one thread and end on another.</remarks>
internal sealed class StepOperation : IValueTaskSource<LoadResult>
{
    private readonly IterationContext _iteration;
    private readonly Action _continue;
    private ManualResetValueTaskSourceCore<LoadResult> _core;
    private ConfiguredValueTaskAwaitable<LoadResult>.ConfiguredValueTaskAwaiter _awaiter;
    private StepRecorder? _recorder;
    private long _startedAt;

    public StepOperation(IterationContext iteration)
    {
        _iteration = iteration;
        _continue = Continue;
    }

    public ValueTask<LoadResult> Begin(
        ConfiguredValueTaskAwaitable<LoadResult>.ConfiguredValueTaskAwaiter awaiter, StepRecorder recorder, long startedAt)
    {
        _awaiter = awaiter;
        _recorder = recorder;
        _startedAt = startedAt;
        short version = _core.Version;
        awaiter.UnsafeOnCompleted(_continue);
        return new ValueTask<LoadResult>(this, version);
    }

    public LoadResult GetResult(short token)
    {
        LoadResult result = _core.GetResult(token);
        _core.Reset();
        _iteration.Return(this);
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Continue()
    {
        LoadResult result = _iteration.ResultOf(_awaiter);
        _recorder!.Record(Stopwatch.GetTimestamp() - _startedAt, result);
        _core.SetResult(result);
    }
}
