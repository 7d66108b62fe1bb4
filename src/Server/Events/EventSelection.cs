namespace FastRegistry.Server.Events;

/// <summary>Through it an observer says what it wants to hear.</summary>
internal sealed class EventSelection(EventHub hub, ObserverQueue queue)
{
    /// <summary>Every event of a type from now on.</summary>
    public void On<TEvent>(ObserveEvent<TEvent> observe)
        where TEvent : struct, INodeEvent => hub.Listen(new EventLane<TEvent>(queue, observe));

    /// <summary>Every event of the kinds that <paramref name="wanted"/> picks, in the form that all types share.</summary>
    public void OnEvery(Func<EventKind, bool> wanted, ObserveEvent<EventDescription> observe)
    {
        Described<ConnectionRefused>(wanted, observe);
        Described<ConnectionClosed>(wanted, observe);
        Described<ClientConnected>(wanted, observe);
        Described<ClientTakenOver>(wanted, observe);
        Described<ClientChanged>(wanted, observe);
        Described<ClientDisconnected>(wanted, observe);
        Described<ClientReleased>(wanted, observe);
        Described<ServiceCreated>(wanted, observe);
        Described<ServiceChanged>(wanted, observe);
        Described<ServiceDisappeared>(wanted, observe);
        Described<ServiceMetadataChanged>(wanted, observe);
        Described<InstanceRegistered>(wanted, observe);
        Described<InstanceChanged>(wanted, observe);
        Described<InstanceDeregistered>(wanted, observe);
        Described<InstanceOverrideChanged>(wanted, observe);
        Described<ServiceSubscribed>(wanted, observe);
        Described<ServiceUnsubscribed>(wanted, observe);
        Described<PushSent>(wanted, observe);
        Described<PushPutOff>(wanted, observe);
        Described<PushTooLarge>(wanted, observe);
    }

    /// <summary>A way for the observer to send itself something in order with the events; not counted as one.</summary>
    public EventLane<T> ToSelf<T>(ObserveEvent<T> observe)
        where T : struct => new(queue, observe, isCounted: false);

    private void Described<TEvent>(Func<EventKind, bool> wanted, ObserveEvent<EventDescription> observe)
        where TEvent : struct, INodeEvent
    {
        if (wanted(TEvent.Kind))
        {
            On((in TEvent nodeEvent, DateTimeOffset at) => observe(nodeEvent.Describe(), at));
        }
    }
}
