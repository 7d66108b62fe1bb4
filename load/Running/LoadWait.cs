using System.Diagnostics;

namespace FastRegistry.Load.Running;

/// <summary>The waits of a session's load thread, which end early when the session is to stop.</summary>
/// <remarks>The load thread waits; any thread stops and wakes. Owned by a <see cref="LoadSession"/>.</remarks>
internal sealed class LoadWait
{
    private static readonly long FineTicks = Stopwatch.Frequency / 500;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    // Never disposed: a late copy may still wake it, and without its WaitHandle it holds nothing.
    private readonly ManualResetEventSlim _wake = new(false, spinCount: 0);
    private volatile bool _isStopped;

    public bool IsStopped => _isStopped;

    /// <summary>Ends this wait and all that follow.</summary>
    public void Stop()
    {
        _isStopped = true;
        _wake.Set();
    }

    /// <summary>Lets <see cref="While"/> look at its condition now.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Until a Stopwatch timestamp or <see cref="Stop"/>.</summary>
    public void Until(long timestamp)
    {
        while (!_isStopped)
        {
            long left = timestamp - Stopwatch.GetTimestamp();
            if (left <= 0)
            {
                return;
            }

            if (left > 2 * FineTicks)
            {
                _wake.Reset();
                if (!_isStopped)
                {
                    _wake.Wait(Stopwatch.GetElapsedTime(0, left - FineTicks));
                }
            }
            else
            {
                MonotonicSleep.Until(timestamp);
            }
        }
    }

    /// <summary>As long as <paramref name="condition"/> is true, at most until a timestamp, whether stopped or not.</summary>
    public void While(Func<bool> condition, long timestamp)
    {
        while (condition() && Stopwatch.GetTimestamp() < timestamp)
        {
            _wake.Reset();
            if (condition())
            {
                _wake.Wait(Poll);
            }
        }
    }
}
