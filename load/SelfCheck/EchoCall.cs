using System.Threading.Tasks.Sources;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.SelfCheck;

/// <summary>A request that waits for its answer; may be used again when it was answered.</summary>
/// <remarks>Asked by one iteration at a time, answered by one thread; the iteration goes on inline there.</remarks>
internal sealed class EchoCall : IValueTaskSource<LoadResult>
{
    private ManualResetValueTaskSourceCore<LoadResult> _core;
    private volatile bool _isAwaited;

    /// <summary>Somebody waits for it.</summary>
    public bool IsAwaited => _isAwaited;

    /// <summary>When it was asked, as a Stopwatch timestamp.</summary>
    public long AskedAt { get; init; }

    public ValueTask<LoadResult> WaitAsync() => new(this, _core.Version);

    public void Answer()
    {
        _isAwaited = false;
        _core.SetResult(LoadResult.Ok());
    }

    public LoadResult GetResult(short token)
    {
        LoadResult result = _core.GetResult(token);
        _core.Reset();
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _core.OnCompleted(continuation, state, token, flags);
        _isAwaited = true;
    }
}
