using FastRegistry.Client.Connecting;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Client.Requesting;

/// <summary>Runs an action again later, with growing waits: one wheel entry for everything its owner has to retry.</summary>
/// <remarks>One per owner, lives as long as the client. Any thread asks; the action runs on the thread pool. A short lock guards the waits.</remarks>
internal sealed class RetrySchedule : IDeadlineOwner
{
    private readonly Lock _scheduleGate = new();
    private readonly TimingWheel _wheel;
    private readonly ReconnectBackoff _backoff;
    private readonly Action _action;
    private readonly int _entry;
    private long _due = long.MaxValue;

    public RetrySchedule(TimingWheel wheel, NamingClientOptions options, Action action)
    {
        _wheel = wheel;
        _action = action;
        _backoff = new ReconnectBackoff(options.ReconnectMinimum, options.ReconnectMaximum, Random.Shared);
        _entry = wheel.Allocate(this);
    }

    /// <summary>Runs the action after the next wait of the back-off, or after <paramref name="atLeast"/> when that is longer.</summary>
    public void Later(TimeSpan? atLeast = null)
    {
        lock (_scheduleGate)
        {
            if (_due != long.MaxValue)
            {
                return;
            }

            TimeSpan wait = _backoff.Next();
            wait = atLeast > wait ? atLeast.Value : wait;
            long now = _wheel.Now;
            int milliseconds = (int)Math.Clamp(wait.TotalMilliseconds, 1, int.MaxValue);
            _due = now + milliseconds;
            _wheel.Arm(_entry, now, milliseconds);
        }
    }

    /// <summary>Something worked: the next wait is short again.</summary>
    public void Worked()
    {
        lock (_scheduleGate)
        {
            _backoff.Reset();
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        lock (_scheduleGate)
        {
            _due = long.MaxValue;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static action => action(), _action, preferLocal: false);
        return Deadline.None;
    }
}
