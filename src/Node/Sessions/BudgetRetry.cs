using System.Collections.Concurrent;
using FastRegistry.Node.Workers;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Sessions;

/// <summary>The sessions that wait because the node's outbound budget was used up; a few at a time go on when it has room again.</summary>
/// <remarks>
/// One per node; thread-safe. Bounded by the sessions: each is held once. The budget says when its use has fallen below its low-water mark; a request worker then
/// takes sessions, oldest first, as long as there is room, so that all of them together do not use it up at once.
/// </remarks>
internal sealed class BudgetRetry : IWorkItem, IDeadlineOwner
{
    // Each of them may write up to its high-water mark before the budget is looked at again.
    private const int SessionsAtATime = 64;

    // Between two turns: what the sessions of one write is in the budget by then.
    private const int PauseMilliseconds = 10;

    private readonly RequestQueue _workers;
    private readonly OutboundBudget _budget;
    private readonly TimingWheel _wheel;
    private readonly int _entry;
    private readonly ConcurrentDictionary<ClientSession, byte> _known = new();
    private readonly ConcurrentQueue<ClientSession> _waiting = new();
    private int _isRunning;

    public BudgetRetry(RequestQueue workers, OutboundBudget budget, TimingWheel wheel)
    {
        _workers = workers;
        _budget = budget;
        _wheel = wheel;
        _entry = wheel.Allocate(this);
        budget.Drained = Continue;
    }

    /// <summary>Hands out what waits in a session when the budget has room. Nothing else would: its own output may be empty, so no drain follows.</summary>
    public void Add(ClientSession session)
    {
        if (_known.TryAdd(session, 0))
        {
            _waiting.Enqueue(session);
        }

        if (!_budget.NoteRefused())
        {
            Continue();
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        Continue();
        return Deadline.None;
    }

    void IWorkItem.Run()
    {
        int left = SessionsAtATime;
        while (left-- > 0 && !_budget.IsExceeded && _waiting.TryDequeue(out ClientSession? session))
        {
            // Before it is handed out: it may come back at once.
            _known.TryRemove(session, out _);
            session.HandOutWaiting();
        }

        // A full fence: a session is added before its thread looks here, and this thread looks for sessions after. One of the two sees the other.
        Interlocked.Exchange(ref _isRunning, 0);
        if (!_waiting.IsEmpty && !_budget.NoteRefused())
        {
            _wheel.Arm(_entry, _wheel.Now, PauseMilliseconds);
        }
    }

    private void Continue()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
        {
            // Whoever runs looks again when it is through.
            return;
        }

        if (!_workers.TryAdd(this))
        {
            Volatile.Write(ref _isRunning, 0);
            _wheel.Arm(_entry, _wheel.Now, PauseMilliseconds);
        }
    }
}
