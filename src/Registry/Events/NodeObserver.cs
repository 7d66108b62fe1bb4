namespace FastRegistry.Registry.Events;

/// <summary>Wants to hear of events; see docs/events.md. Registered with the services of <c>ServerHost</c>, or given to the node.</summary>
/// <remarks>Its methods run on the worker of its queue, one at a time, in the order of publication. It may be slow: others have queues of their own.</remarks>
internal interface INodeObserver
{
    /// <summary>For metrics and logs; unique in the node.</summary>
    string Name { get; }

    /// <summary>Its queue; null = the one that observers of rare events share.</summary>
    ObserverQueueOptions? Queue { get; }

    /// <summary>Says what it wants to hear. Called once, before the node starts.</summary>
    void Select(EventSelection events);
}

/// <summary>What an observer does with an event; on the thread of its queue's worker.</summary>
/// <typeparam name="TEvent">The event type.</typeparam>
/// <param name="nodeEvent">What happened.</param>
/// <param name="at">When it was published.</param>
internal delegate void ObserveEvent<TEvent>(in TEvent nodeEvent, DateTimeOffset at)
    where TEvent : struct;

/// <summary>Through it an observer says what it wants to hear.</summary>
internal sealed class EventSelection(EventHub hub, ObserverQueue queue)
{
    /// <summary>Every event of a type from now on.</summary>
    public void On<TEvent>(ObserveEvent<TEvent> observe)
        where TEvent : struct, INodeEvent => hub.Listen(new EventLane<TEvent>(queue, observe));

    /// <summary>Every event of the kinds that <paramref name="wanted"/> picks, in the form that all types share.</summary>
    /// <param name="wanted">Which.</param>
    /// <param name="observe">Takes them.</param>
    /// <param name="folding">Asked by publishers whether the observer only counts an event; null = it takes every one.</param>
    public void OnEvery(Func<EventKind, bool> wanted, ObserveEvent<EventDescription> observe, EventFolding? folding = null)
    {
        Described<ConnectionRefused>(wanted, observe, folding);
        Described<ConnectionClosed>(wanted, observe, folding);
        Described<ClientConnected>(wanted, observe, folding);
        Described<ClientTakenOver>(wanted, observe, folding);
        Described<ClientChanged>(wanted, observe, folding);
        Described<ClientDisconnected>(wanted, observe, folding);
        Described<ClientReleased>(wanted, observe, folding);
        Described<ServiceCreated>(wanted, observe, folding);
        Described<ServiceChanged>(wanted, observe, folding);
        Described<ServiceDisappeared>(wanted, observe, folding);
        Described<ServiceMetadataChanged>(wanted, observe, folding);
        Described<InstanceRegistered>(wanted, observe, folding);
        Described<InstanceChanged>(wanted, observe, folding);
        Described<InstanceDeregistered>(wanted, observe, folding);
        Described<InstanceOverrideChanged>(wanted, observe, folding);
        Described<ServiceSubscribed>(wanted, observe, folding);
        Described<ServiceUnsubscribed>(wanted, observe, folding);
        Described<PushSent>(wanted, observe, folding);
        Described<PushPutOff>(wanted, observe, folding);
        Described<PushTooLarge>(wanted, observe, folding);
    }

    /// <summary>A way for the observer to send itself something in order with the events; not counted as one.</summary>
    public EventLane<T> ToSelf<T>(ObserveEvent<T> observe)
        where T : struct => new(queue, observe, isCounted: false);

    private void Described<TEvent>(Func<EventKind, bool> wanted, ObserveEvent<EventDescription> observe, EventFolding? folding)
        where TEvent : struct, INodeEvent
    {
        if (wanted(TEvent.Kind))
        {
            hub.Listen(new EventLane<TEvent>(
                queue, (in TEvent nodeEvent, DateTimeOffset at) => observe(nodeEvent.Describe(), at), isCounted: true, folding, TEvent.Kind));
        }
    }
}

/// <summary>An observer's own queue.</summary>
/// <param name="Capacity">Events that may wait.</param>
/// <param name="Overflow">What happens to one more.</param>
internal sealed record ObserverQueueOptions(int Capacity, OverflowPolicy Overflow);

/// <summary>What happens when an observer's queue is full.</summary>
internal enum OverflowPolicy
{
    /// <summary>The new event is dropped: the observer sees an unbroken beginning.</summary>
    DropNewest,

    /// <summary>The oldest waiting event is dropped: the observer sees what is recent.</summary>
    DropOldest,
}
