using FastRegistry.Node.Configuration;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Load.Baseline.Sessions;

/// <summary>The subscriptions of one session; made with the first one. Whole lists only, as the original sends them, and no acks.</summary>
/// <remarks>
/// Changed by calls, pushed to by push workers; thread-safe. A push that the stream refuses marks its subscription, and the marks are taken as a whole when the
/// stream has drained, as in a native session.
/// </remarks>
internal sealed class BaselineSubscriptions(SessionServices services, SessionStream stream, long sessionId) : ISubscriber
{
    private readonly Lock _subscriptionLock = new();
    private readonly Dictionary<ulong, Subscription> _byId = [];
    private Subscription? _resync;
    private bool _ended;

    long ISubscriber.SessionId => sessionId;

    string? ISubscriber.RemoteAddress => null;

    bool ISubscriber.TakesDeltas => false;

    /// <summary>Adds a subscription and asks for its first list. The same id for the same service and filter asks again; for another one it is an error.</summary>
    public RequestError? Add(ulong id, ServiceKey key, InstanceFilter filter, int maximum)
    {
        Subscription? subscription;
        lock (_subscriptionLock)
        {
            if (_ended)
            {
                return RequestError.SessionClosed;
            }

            if (_byId.TryGetValue(id, out subscription))
            {
                if (!subscription.Service.Key.Equals(key) || !subscription.Filter.Equals(filter))
                {
                    return RequestError.Invalid("id", "is in use for another service or filter");
                }

                subscription.Ask(HeldList.None);
            }
            else
            {
                if (_byId.Count >= maximum)
                {
                    return RequestError.Limit(LimitOptions.SubscriptionsPerClientKey, maximum);
                }

                subscription = services.Registry.Subscribe(this, key, id, filter, HeldList.None);
                if (subscription is null)
                {
                    return services.Registry.ServiceLimitReached;
                }

                _byId.Add(id, subscription);
            }
        }

        if (subscription.TryMarkResync())
        {
            services.Push.Resync(subscription);
        }

        return null;
    }

    public bool Remove(ulong id)
    {
        lock (_subscriptionLock)
        {
            if (!_byId.Remove(id, out Subscription? subscription))
            {
                return false;
            }

            services.Registry.Unsubscribe(subscription);
            return true;
        }
    }

    /// <summary>The session is over.</summary>
    public void RemoveAll()
    {
        lock (_subscriptionLock)
        {
            _ended = true;
            foreach (Subscription subscription in _byId.Values)
            {
                services.Registry.Unsubscribe(subscription);
            }

            _byId.Clear();
        }
    }

    PushOutcome ISubscriber.Push(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
    {
        if (push.Body.Length > WireLimits.MaximumStreamBytes - PushPrefix.Size)
        {
            services.Log.ListTooLarge(snapshot.Key.ToString(), sessionId);
            return PushOutcome.TooLarge;
        }

        AppendOutcome outcome = stream.TryWrite(StreamMessage.Push(subscription.Id, snapshot.ChangedAtMicroseconds, push.Body));
        if (outcome != AppendOutcome.AboveHighWaterMark)
        {
            return outcome == AppendOutcome.Appended ? PushOutcome.Sent : PushOutcome.Closed;
        }

        MarkResync(subscription);
        if (stream.IsDrained())
        {
            // It drained between the refusal and the mark; nobody else will come back to it.
            ResyncMarked();
        }

        return PushOutcome.Resync;
    }

    /// <summary>Hands every marked subscription to its push worker.</summary>
    public void ResyncMarked()
    {
        Subscription? subscription = Interlocked.Exchange(ref _resync, null);
        while (subscription is not null)
        {
            // Read before it is queued: the worker may mark it again at once.
            Subscription? next = subscription.NextWaiting;
            subscription.NextWaiting = null;
            services.Push.Resync(subscription);
            subscription = next;
        }
    }

    private void MarkResync(Subscription subscription)
    {
        if (!subscription.TryMarkResync())
        {
            return;
        }

        Subscription? head;
        do
        {
            head = Volatile.Read(ref _resync);
            subscription.NextWaiting = head;
        }
        while (Interlocked.CompareExchange(ref _resync, subscription, head) != head);
    }
}
