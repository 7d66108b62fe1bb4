using System.Collections.Concurrent;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Sessions;

/// <summary>Resyncs sessions, a little later, whose pushes were refused because the node's outbound budget was used up.</summary>
/// <remarks>One per node; thread-safe. One wheel entry serves all sessions. Bounded by the sessions: each is held once.</remarks>
internal sealed class BudgetRetry : IDeadlineOwner
{
    private const int RetryMilliseconds = 100;

    private readonly TimingWheel _wheel;
    private readonly int _entry;
    private readonly ConcurrentDictionary<ClientSession, byte> _waiting = new();

    public BudgetRetry(TimingWheel wheel)
    {
        _wheel = wheel;
        _entry = wheel.Allocate(this);
    }

    /// <summary>Resyncs the session within a tenth of a second. Nothing else would: its own output may be empty, so no drain follows.</summary>
    public void ScheduleRetry(ClientSession session)
    {
        if (_waiting.TryAdd(session, 0))
        {
            _wheel.Arm(_entry, _wheel.Now, RetryMilliseconds);
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        foreach ((ClientSession session, _) in _waiting)
        {
            _waiting.TryRemove(session, out _);
            session.ResyncMarked();
        }

        return _waiting.IsEmpty ? Deadline.None : Deadline.After(now, RetryMilliseconds);
    }
}
