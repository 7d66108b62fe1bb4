using System.IO.Pipelines;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>
/// Runs what pipes schedule only when told to, in order, on the calling thread: with it a run over the in-memory transport is deterministic.
/// Scheduling is thread-safe; one thread pumps. Allocates nothing once its queue has grown.
/// </summary>
internal sealed class PumpedScheduler : PipeScheduler
{
    private readonly Lock _queueLock = new();
    private readonly Queue<(Action<object?> Action, object? State)> _queue = new();

    /// <summary>Items waiting for the pump.</summary>
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

    /// <summary>Runs the oldest item; false when there is none.</summary>
    public bool Step()
    {
        (Action<object?> Action, object? State) item;
        lock (_queueLock)
        {
            if (!_queue.TryDequeue(out item))
            {
                return false;
            }
        }

        item.Action(item.State);
        return true;
    }

    /// <summary>Runs until nothing is left, what is scheduled meanwhile included.</summary>
    public void Pump()
    {
        while (Step())
        {
        }
    }
}
