using System.Threading.Tasks.Sources;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Tests.Running;

/// <summary>An iteration or step that ends when a test says so, inline on the test's thread. Used again and again.</summary>
internal sealed class ManualAnswer : IValueTaskSource<LoadResult>
{
    private ManualResetValueTaskSourceCore<LoadResult> _core;
    private volatile bool _isAwaited;

    /// <summary>Somebody waits for it.</summary>
    public bool IsAwaited => _isAwaited;

    public ValueTask<LoadResult> WaitAsync() => new(this, _core.Version);

    public void Give(LoadResult result)
    {
        _isAwaited = false;
        _core.SetResult(result);
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
