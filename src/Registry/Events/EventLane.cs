namespace FastRegistry.Registry.Events;

/// <summary>Waiting events of one type for one observer, kept as structs: nothing is boxed.</summary>
/// <remarks>Any thread offers; the worker of the queue delivers. Guarded by the queue's gate. Bounded by the queue's capacity.</remarks>
/// <param name="queue">Of the observer.</param>
/// <param name="observe">Takes them.</param>
/// <param name="isCounted">See <see cref="ObserverLane.IsCounted"/>.</param>
/// <param name="fold">Called by publishers: true when the observer has counted the event and wants no more of it.</param>
internal sealed class EventLane<TEvent>(ObserverQueue queue, ObserveEvent<TEvent> observe, bool isCounted = true, Func<bool>? fold = null) : ObserverLane
    where TEvent : struct
{
    private readonly Queue<(TEvent Event, DateTimeOffset At)> _events = new();

    public override bool IsCounted => isCounted;

    /// <summary>Queues an event; false when it was dropped.</summary>
    public bool Offer(in TEvent nodeEvent, DateTimeOffset at)
    {
        if (fold is not null && fold())
        {
            queue.CountFolded();
            return true;
        }

        lock (queue.QueueGate)
        {
            bool entered = queue.TryEnterHoldingGate(this);
            if (entered)
            {
                _events.Enqueue((nodeEvent, at));
            }

            return entered;
        }
    }

    public override void DropOldestHoldingGate() => _events.Dequeue();

    public override void Deliver()
    {
        (TEvent Event, DateTimeOffset At) next;
        lock (queue.QueueGate)
        {
            next = _events.Dequeue();
        }

        observe(in next.Event, next.At);
    }
}
