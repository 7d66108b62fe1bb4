namespace FastRegistry.Wire.Timing;

/// <summary>
/// Steps one <see cref="TimingWheel"/> from a single timer of its time provider. Owned by whoever owns the wheel; starts at once and ends with
/// disposal. Steps run on the thread the timer calls on, never two at a time.
/// </summary>
public sealed class WheelDriver : IAsyncDisposable
{
    private readonly TimingWheel _wheel;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private bool _running;
    private bool _again;
    private bool _disposed;

    /// <summary>Starts stepping <paramref name="wheel"/>, which may have one driver in its life.</summary>
    /// <param name="wheel">The wheel.</param>
    /// <exception cref="InvalidOperationException">The wheel has a driver already.</exception>
    public WheelDriver(TimingWheel wheel)
    {
        ArgumentNullException.ThrowIfNull(wheel);
        _wheel = wheel;
        _timer = wheel.TimeProvider.CreateTimer(
            static state => ((WheelDriver)state!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        wheel.Attach(Wake);
        Sleep(0);
    }

    /// <summary>Stops the timer and waits for a running step, so no owner is called afterwards. Not to be waited for inside an owner's call.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _disposed = true;
            if (!_running)
            {
                _stopped.TrySetResult();
            }
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stopped.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            if (_running)
            {
                _again = true;
                return;
            }

            _running = true;
        }

        while (true)
        {
            WheelStep step = _wheel.Step();
            lock (_lock)
            {
                if (_disposed)
                {
                    _running = false;
                    _stopped.TrySetResult();
                    return;
                }

                if (!step.More && !_again)
                {
                    _running = false;
                    Sleep(Math.Min(step.NextDueMilliseconds, TimingWheel.MaximumSleepMilliseconds));
                    return;
                }

                _again = false;
            }
        }
    }

    /// <summary>Called by an arming thread, at most once per sleep; the lock is free but for the few instructions around a sleep's begin and end.</summary>
    private void Wake()
    {
        lock (_lock)
        {
            if (_running)
            {
                _again = true;
            }
            else if (!_disposed)
            {
                Sleep(0);
            }
        }
    }

    private void Sleep(long milliseconds) => _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
}
