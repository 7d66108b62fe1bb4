using System.IO.Pipelines;

namespace FastRegistry.Tests;

/// <summary>Runs what pipes and transports schedule only when told to, in order, on the calling thread: with it a run over the in-memory transport is deterministic.</summary>
/// <remarks>Scheduling is thread-safe; one thread pumps. Allocates nothing once its queue has grown.</remarks>
internal sealed class PumpedScheduler : PipeScheduler
{
    private readonly Lock _queueLock = new();
    private readonly Queue<(Action<object?> Action, object? State)> _queue = new();

    /// <summary>Actions that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_queueLock)
            {
                return _queue.Count;
            }
        }
    }

    public override void Schedule(Action<object?> action, object? state)
    {
        lock (_queueLock)
        {
            _queue.Enqueue((action, state));
        }
    }

    /// <summary>Runs the oldest action; false when there is none.</summary>
    public bool Step()
    {
        (Action<object?> Action, object? State) next;
        lock (_queueLock)
        {
            if (!_queue.TryDequeue(out next))
            {
                return false;
            }
        }

        next.Action(next.State);
        return true;
    }

    /// <summary>Runs until nothing is left, what is scheduled meanwhile included. False when there was nothing.</summary>
    public bool RunAll()
    {
        bool any = false;
        while (Step())
        {
            any = true;
        }

        return any;
    }
}
