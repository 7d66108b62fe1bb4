using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace FastRegistry.Tests;

/// <summary>The one wait that a reader or a writer of a simulated stream may have; it goes on where the scheduler says.</summary>
/// <param name="scheduler">Runs what waited.</param>
/// <param name="take">Makes the result when the wait is over; outside the lock.</param>
internal sealed class PipeWait<T>(PipeScheduler scheduler, Func<T> take) : IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<bool> _signal;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private bool _isTaken;

    /// <summary>Somebody waits and was not told to go on yet.</summary>
    public bool IsWaiting { get; private set; }

    public ValueTask<T> BeginLocked(Action<object?> cancel, CancellationToken cancellationToken)
    {
        if (_isTaken)
        {
            throw new InvalidOperationException("the same call is still in progress");
        }

        _isTaken = true;
        IsWaiting = true;
        _token = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(cancel, null);
        return new ValueTask<T>(this, _signal.Version);
    }

    public void WakeLocked()
    {
        if (IsWaiting)
        {
            IsWaiting = false;
            _registration.Unregister();
            scheduler.Schedule(static state => ((PipeWait<T>)state!)._signal.SetResult(true), this);
        }
    }

    public T GetResult(short token)
    {
        _signal.GetResult(token);
        _signal.Reset();
        _isTaken = false;
        _token.ThrowIfCancellationRequested();
        return take();
    }

    public ValueTaskSourceStatus GetStatus(short token) => _signal.GetStatus(token);

    // No flags: what waited goes on where the scheduler runs it, not in a context of the test framework.
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);
}
