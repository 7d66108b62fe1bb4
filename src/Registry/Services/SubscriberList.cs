namespace FastRegistry.Registry.Services;

/// <summary>Who subscribes to a service; adding and removing cost the same however many there are.</summary>
/// <remarks>Part of a <see cref="ServiceEntry"/>, guarded by its gate; <see cref="Count"/> is read by any thread.</remarks>
internal struct SubscriberList()
{
    private readonly List<Subscription> _subscribers = [];
    private int _count;

    public readonly int Count => Volatile.Read(in _count);

    public void Add(Subscription subscription)
    {
        subscription.IndexInService = _subscribers.Count;
        _subscribers.Add(subscription);
        Volatile.Write(ref _count, _subscribers.Count);
    }

    /// <summary>Does nothing when it is not there any more.</summary>
    public void Remove(Subscription subscription)
    {
        if (subscription.IndexInService < 0)
        {
            return;
        }

        Subscription last = _subscribers[^1];
        _subscribers[subscription.IndexInService] = last;
        last.IndexInService = subscription.IndexInService;
        _subscribers.RemoveAt(_subscribers.Count - 1);
        subscription.IndexInService = -1;
        Volatile.Write(ref _count, _subscribers.Count);
    }

    public readonly void CopyTo(List<Subscription> destination) => destination.AddRange(_subscribers);
}
