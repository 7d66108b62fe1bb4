using System.Collections.Concurrent;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Sessions;

/// <summary>Sessions whose pushes were refused because the node's outbound budget was used up; asked again a little later.</summary>
/// <remarks>Any thread adds; one wheel entry for all. Bounded: a session is in it once.</remarks>
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
