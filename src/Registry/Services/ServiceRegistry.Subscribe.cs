using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Selection;

namespace FastRegistry.Registry.Services;

/// <summary>Who subscribes to what on this node: subscriptions are added and removed here.</summary>
/// <remarks>Part of the registry; any thread. The subscribers themselves are kept by their service, under its gate.</remarks>
internal sealed class SubscriptionIndex(ServiceChanges changes, EventHub events)
{
    private long _ofSessions;
    private long _ofOthers;

    /// <summary>Subscriptions of all clients.</summary>
    public long Count => OfSessions + OfOthers;

    /// <summary>Subscriptions of native clients.</summary>
    public long OfSessions => Interlocked.Read(ref _ofSessions);

    /// <summary>Subscriptions that were made over HTTP.</summary>
    public long OfOthers => Interlocked.Read(ref _ofOthers);

    /// <summary>Adds a subscription; null when the table of services is full. The caller then reads the first list from it.</summary>
    public Subscription? Add(ISubscriber subscriber, ServiceKey key, ulong id, InstanceFilter filter)
    {
        while (true)
        {
            ServiceEntry? entry = changes.FindOrAdd(key);
            if (entry is null)
            {
                return null;
            }

            lock (entry.ServiceGate)
            {
                if (!entry.IsForgotten)
                {
                    Subscription subscription = new(subscriber, entry, id, filter);
                    entry.AddSubscriberHoldingGate(subscription);
                    Interlocked.Increment(ref CountOf(subscriber));
                    events.Publish(new ServiceSubscribed(key, subscriber.SessionId, id));
                    return subscription;
                }
            }
        }
    }

    public void Remove(Subscription subscription)
    {
        ServiceEntry entry = subscription.Service;
        lock (entry.ServiceGate)
        {
            if (subscription.IsActive)
            {
                entry.RemoveSubscriberHoldingGate(subscription);
                Interlocked.Decrement(ref CountOf(subscription.Subscriber));
                events.Publish(new ServiceUnsubscribed(entry.Key, subscription.Subscriber.SessionId, subscription.Id));
            }

            if (entry.SubscriberCount == 0)
            {
                changes.ForgetLaterIfEmptyHoldingGate(entry);
            }
        }
    }

    private ref long CountOf(ISubscriber subscriber) => ref subscriber.SessionId != 0 ? ref _ofSessions : ref _ofOthers;
}
