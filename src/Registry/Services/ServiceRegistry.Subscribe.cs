using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <content>Subscribe: the subscriptions of a service are added and removed here and kept by its <see cref="ServiceEntry"/>.</content>
internal sealed partial class ServiceRegistry
{
    private long _sessionSubscriptions;
    private long _otherSubscriptions;

    /// <summary>Subscriptions of all clients.</summary>
    public long SubscriptionCount => SessionSubscriptionCount + OtherSubscriptionCount;

    /// <summary>Subscriptions of native clients.</summary>
    public long SessionSubscriptionCount => Interlocked.Read(ref _sessionSubscriptions);

    /// <summary>Subscriptions that were made over HTTP.</summary>
    public long OtherSubscriptionCount => Interlocked.Read(ref _otherSubscriptions);

    /// <summary>Adds a subscription; null when the table of services is full.</summary>
    /// <param name="subscriber">Who is sent the lists.</param>
    /// <param name="key">The service; made when it is new.</param>
    /// <param name="id">The subscriber's number for it.</param>
    /// <param name="filter">What it shows.</param>
    /// <param name="held">Asks for the first list, from the one that is held; null = only changes are sent.</param>
    public Subscription? Subscribe(ISubscriber subscriber, ServiceKey key, ulong id, InstanceFilter filter, HeldList? held = null)
    {
        while (true)
        {
            ServiceEntry? entry = FindOrAdd(key);
            if (entry is null)
            {
                return null;
            }

            lock (entry.ServiceLock)
            {
                if (!entry.IsForgotten)
                {
                    Subscription subscription = new(subscriber, entry, id, filter);
                    if (held is not null)
                    {
                        // Before others find it: a change at this moment is then sent as the first list, not before it.
                        subscription.Ask(held);
                    }

                    entry.AddSubscriberLocked(subscription);
                    Interlocked.Increment(ref CountOf(subscriber));
                    Events.Publish(new ServiceSubscribed(key, subscriber.SessionId, id));
                    return subscription;
                }
            }
        }
    }

    public void Unsubscribe(Subscription subscription)
    {
        ServiceEntry entry = subscription.Service;
        lock (entry.ServiceLock)
        {
            if (subscription.IsActive)
            {
                entry.RemoveSubscriberLocked(subscription);
                Interlocked.Decrement(ref CountOf(subscription.Subscriber));
                Events.Publish(new ServiceUnsubscribed(entry.Key, subscription.Subscriber.SessionId, subscription.Id));
            }

            if (entry.SubscriberCount == 0)
            {
                ForgetIfEmptyLocked(entry);
            }
        }
    }

    private ref long CountOf(ISubscriber subscriber) => ref subscriber.SessionId != 0 ? ref _sessionSubscriptions : ref _otherSubscriptions;
}
