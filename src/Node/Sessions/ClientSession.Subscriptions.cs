using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Sessions;

/// <content>Subscriptions: by id, and the marks of those that missed a list.</content>
internal sealed partial class ClientSession
{
    /// <summary>Adds a subscription. The same id for the same service and filter is the same subscription; for another one it is an error. Receive path.</summary>
    public RequestError? Subscribe(ulong id, ServiceKey key, InstanceFilter filter, int maximum)
    {
        if (_subscriptions is null)
        {
            Volatile.Write(ref _subscriptions, new SubscriptionState());
        }

        SubscriptionState state = _subscriptions;
        lock (state.SubscriptionLock)
        {
            if (state.HasEnded)
            {
                return RequestError.SessionClosed;
            }

            if (state.ById.TryGetValue(id, out Subscription? existing))
            {
                return existing.Service.Key.Equals(key) && existing.Filter.Equals(filter)
                    ? null
                    : RequestError.Invalid("subscription_id", "is in use for another service or filter");
            }

            if (state.ById.Count >= maximum)
            {
                return RequestError.Limit(LimitOptions.SubscriptionsPerClientKey, maximum);
            }

            Subscription? subscription = _services.Registry.Subscribe(this, key, id, filter);
            if (subscription is null)
            {
                return _services.Registry.ServiceLimitReached;
            }

            state.ById.Add(id, subscription);
            return null;
        }
    }

    /// <summary>Removes a subscription; false when there is none. Receive path.</summary>
    public bool Unsubscribe(ulong id)
    {
        if (_subscriptions is not { } state)
        {
            return false;
        }

        lock (state.SubscriptionLock)
        {
            if (!state.ById.Remove(id, out Subscription? subscription))
            {
                return false;
            }

            _services.Registry.Unsubscribe(subscription);
            return true;
        }
    }

    public Subscription? FindSubscription(ulong id)
    {
        if (_subscriptions is not { } state)
        {
            return null;
        }

        lock (state.SubscriptionLock)
        {
            return state.ById.GetValueOrDefault(id);
        }
    }

    /// <summary>Has the newest list pushed for every subscription that missed one. Thread-safe.</summary>
    public void ResyncMarked()
    {
        if (Volatile.Read(ref _subscriptions) is not { } state)
        {
            return;
        }

        Subscription? subscription = Interlocked.Exchange(ref state.Resync, null);
        while (subscription is not null)
        {
            // Read before it is queued: the worker may mark it again at once.
            Subscription? next = subscription.NextResync;
            subscription.NextResync = null;
            _services.Push.Resync(subscription);
            subscription = next;
        }
    }

    /// <summary>Removes a subscription whose first list cannot be made now: to the client, which gets an error, it does not exist.</summary>
    private void RemoveUnanswered(ulong id)
    {
        if (FindSubscription(id) is { WrittenRevision: 0 })
        {
            Unsubscribe(id);
        }
    }

    /// <summary>The session is over: none can be added any more.</summary>
    private void EndSubscriptions()
    {
        if (_subscriptions is not { } state)
        {
            return;
        }

        lock (state.SubscriptionLock)
        {
            state.HasEnded = true;
            foreach (Subscription subscription in state.ById.Values)
            {
                _services.Registry.Unsubscribe(subscription);
            }

            state.ById.Clear();
        }
    }

    /// <summary>Remembers that a subscription needs the newest list once the connection has drained. Thread-safe, lock-free.</summary>
    private static void MarkResync(SubscriptionState state, Subscription subscription)
    {
        if (!subscription.TryMarkResync())
        {
            return;
        }

        Subscription? head;
        do
        {
            head = Volatile.Read(ref state.Resync);
            subscription.NextResync = head;
        }
        while (Interlocked.CompareExchange(ref state.Resync, subscription, head) != head);
    }

    /// <summary>What a session keeps of its subscriptions and their pushes; made with the first subscription.</summary>
    /// <remarks>
    /// Subscriptions change on the receive path; push workers push and mark resyncs from any thread. The marks form a lock-free list that is taken as a whole when
    /// the connection has drained, so a subscriber above the high-water mark costs one link per subscription however many changes it misses.
    /// </remarks>
    private sealed class SubscriptionState
    {
        /// <summary>Guards <see cref="ById"/> and <see cref="HasEnded"/>.</summary>
        public readonly Lock SubscriptionLock = new();

        public readonly Dictionary<ulong, Subscription> ById = [];

        /// <summary>The session is over.</summary>
        public bool HasEnded;

        /// <summary>Head of the list of subscriptions that need the newest list.</summary>
        public Subscription? Resync;

        /// <summary>Highest push sequence the client has confirmed; 0 = none.</summary>
        public ulong Acknowledged;

        /// <summary>The push that is awaited to be acknowledged, <see cref="NoPush"/> or <see cref="GivenUp"/>.</summary>
        public ulong Awaited;

        /// <summary>Wheel time from which the ack time of <see cref="Awaited"/> counts.</summary>
        public long AwaitedSince;

        /// <summary>The push whose time to the ack is measured, <see cref="NoPush"/> or <see cref="Reserved"/>.</summary>
        public ulong Sample;

        /// <summary>When the change in the measured push was made.</summary>
        public long SampledChange;

        /// <summary>How often unacknowledged lists were sent again. Wheel's thread.</summary>
        public int Tries;

        public int Count
        {
            get
            {
                lock (SubscriptionLock)
                {
                    return ById.Count;
                }
            }
        }

        /// <summary>The wheel looks at this session for its acks: activity alone may not postpone that.</summary>
        public bool AwaitsAck => Volatile.Read(ref Awaited) is not (NoPush or GivenUp);

        public bool IsGivenUp => Volatile.Read(ref Awaited) == GivenUp;

        /// <summary>The subscriptions of this moment.</summary>
        public Subscription[] ToArray()
        {
            lock (SubscriptionLock)
            {
                return [.. ById.Values];
            }
        }
    }
}
