using System.Collections.Concurrent;
using FastRegistry.Node.Workers;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Node.Sessions;

/// <summary>The sessions that wait because the node's outbound budget was used up; a few at a time go on when it has room again.</summary>
/// <remarks>
/// One per node; thread-safe. Bounded by the sessions: each is held once. The budget says when its use has fallen below its low-water mark; a request worker then
/// takes sessions, oldest first, as long as there is room, so that all of them together do not use it up at once.
/// </remarks>
internal sealed class BudgetRetry : IWorkItem
{
    // Each of them may write up to its high-water mark before the budget is looked at again.
    private const int SessionsAtATime = 16;

    private readonly RequestQueue _workers;
    private readonly OutboundBudget _budget;
    private readonly ConcurrentDictionary<ClientSession, byte> _known = new();
    private readonly ConcurrentQueue<ClientSession> _waiting = new();
    private int _isRunning;

    public BudgetRetry(RequestQueue workers, OutboundBudget budget)
    {
        _workers = workers;
        _budget = budget;
        budget.Drained = Continue;
    }

    /// <summary>Hands out what waits in a session when the budget has room. Nothing else would: its own output may be empty, so no drain follows.</summary>
    public void Add(ClientSession session)
    {
        if (_known.TryAdd(session, 0))
        {
            _waiting.Enqueue(session);
        }

        // The note first, then the look: the budget looks for the note after it has fallen.
        _budget.NoteRefused();
        if (!_budget.IsExceeded)
        {
            Continue();
        }
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

        Volatile.Write(ref _isRunning, 0);
        if (_waiting.IsEmpty)
        {
            return;
        }

        _budget.NoteRefused();
        if (!_budget.IsExceeded)
        {
            Continue();
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
            // The queue is full of requests that will drain or be refused; the next that is freed asks again.
            Volatile.Write(ref _isRunning, 0);
            _budget.NoteRefused();
        }
    }
}
