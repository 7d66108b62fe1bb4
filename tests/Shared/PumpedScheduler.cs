using System.IO.Pipelines;

namespace FastRegistry.Server.Tests.Harness;

/// <summary>Runs what the transports schedule when the test says so, in order, on the test's thread. Allocates nothing once its queue has grown.</summary>
internal sealed class PumpedScheduler : PipeScheduler
{
    private readonly Lock _gate = new();
    private readonly Queue<(Action<object?> Action, object? State)> _queue = new();

    public override void Schedule(Action<object?> action, object? state)
    {
        lock (_gate)
        {
            _queue.Enqueue((action, state));
        }
    }

    /// <summary>Runs one action; false when there is none.</summary>
    public bool Step()
    {
        (Action<object?> Action, object? State) next;
        lock (_gate)
        {
            if (!_queue.TryDequeue(out next))
            {
                return false;
            }
        }

        next.Action(next.State);
        return true;
    }

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
