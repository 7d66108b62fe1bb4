namespace FastRegistry.Registry.Events;

/// <summary>Through it an observer says what it wants to hear.</summary>
internal sealed class EventSelection(EventHub hub, ObserverQueue queue)
{
    /// <summary>Every event of a type from now on.</summary>
    public void On<TEvent>(ObserveEvent<TEvent> observe)
        where TEvent : struct, INodeEvent => hub.Listen(new EventLane<TEvent>(queue, observe));

    /// <summary>Every event of the kinds that <paramref name="wanted"/> picks, in the form that all types share.</summary>
    /// <param name="wanted">Which.</param>
    /// <param name="observe">Takes them.</param>
    /// <param name="fold">Called by publishers, on any thread and under any lock: true when the observer has counted one of a kind and wants no more of it.</param>
    public void OnEvery(Func<EventKind, bool> wanted, ObserveEvent<EventDescription> observe, Func<EventKind, bool>? fold = null)
    {
        Described<ConnectionRefused>(wanted, observe, fold);
        Described<ConnectionClosed>(wanted, observe, fold);
        Described<ClientConnected>(wanted, observe, fold);
        Described<ClientTakenOver>(wanted, observe, fold);
        Described<ClientChanged>(wanted, observe, fold);
        Described<ClientDisconnected>(wanted, observe, fold);
        Described<ClientReleased>(wanted, observe, fold);
        Described<ServiceCreated>(wanted, observe, fold);
        Described<ServiceChanged>(wanted, observe, fold);
        Described<ServiceDisappeared>(wanted, observe, fold);
        Described<ServiceMetadataChanged>(wanted, observe, fold);
        Described<InstanceRegistered>(wanted, observe, fold);
        Described<InstanceChanged>(wanted, observe, fold);
        Described<InstanceDeregistered>(wanted, observe, fold);
        Described<InstanceOverrideChanged>(wanted, observe, fold);
        Described<ServiceSubscribed>(wanted, observe, fold);
        Described<ServiceUnsubscribed>(wanted, observe, fold);
        Described<PushSent>(wanted, observe, fold);
        Described<PushPutOff>(wanted, observe, fold);
        Described<PushTooLarge>(wanted, observe, fold);
    }

    /// <summary>A way for the observer to send itself something in order with the events; not counted as one.</summary>
    public EventLane<T> ToSelf<T>(ObserveEvent<T> observe)
        where T : struct => new(queue, observe, isCounted: false);

    private void Described<TEvent>(Func<EventKind, bool> wanted, ObserveEvent<EventDescription> observe, Func<EventKind, bool>? fold)
        where TEvent : struct, INodeEvent
    {
        if (wanted(TEvent.Kind))
        {
            hub.Listen(new EventLane<TEvent>(
                queue, (in TEvent nodeEvent, DateTimeOffset at) => observe(nodeEvent.Describe(), at), isCounted: true, fold is null ? null : () => fold(TEvent.Kind)));
        }
    }
}
