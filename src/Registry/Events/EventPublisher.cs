namespace FastRegistry.Registry.Events;

/// <summary>Hands the events of one type to the queues of those who listen. Has no thread and no queue of its own, so a type costs nothing by itself.</summary>
/// <remarks>Made with the first listener. Any thread publishes; listeners are added under the hub's gate.</remarks>
internal sealed class EventPublisher<TEvent> : IEventPublisher
    where TEvent : struct, INodeEvent
{
    private EventLane<TEvent>[] _lanes = [];
    private long _published;

    public long Published => Interlocked.Read(ref _published);

    /// <summary>The caller holds the hub's gate.</summary>
    public void AddHoldingGate(EventLane<TEvent> lane) => Volatile.Write(ref _lanes, [.. _lanes, lane]);

    public void Publish(in TEvent nodeEvent, DateTimeOffset at)
    {
        Interlocked.Increment(ref _published);
        foreach (EventLane<TEvent> lane in Volatile.Read(ref _lanes))
        {
            lane.Offer(nodeEvent, at);
        }
    }
}
