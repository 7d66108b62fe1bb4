using FastRegistry.Server;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Naming;
using FastRegistry.Server.Registry;
using FastRegistry.Server.Sessions;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Load.Baseline.Sessions;

/// <summary>The subscriptions of one client; made with the first one. The same rules as the native session's.</summary>
/// <remarks>Calls of the client change it from any thread, under a short lock; push workers push and mark resyncs.</remarks>
internal sealed class StreamSubscriptions(RegistryNode node, SessionStream stream, long sessionId) : ISubscriber
{
    private readonly Lock _subscriptionGate = new();
    private readonly Dictionary<ulong, Subscription> _byId = [];
    private Subscription? _resync;
    private bool _ended;

    public Subscription? Find(ulong id)
    {
        lock (_subscriptionGate)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    public RequestError? Add(ulong id, ServiceKey key, InstanceFilter filter, int maximum)
    {
        lock (_subscriptionGate)
        {
            if (_ended)
            {
                return RequestError.SessionClosed;
            }

            if (_byId.TryGetValue(id, out Subscription? existing))
            {
                return existing.Service.Key.Equals(key) && existing.Filter.Equals(filter)
                    ? null
                    : RequestError.Invalid("subscription_id", "is in use for another service or filter");
            }

            if (_byId.Count >= maximum)
            {
                return RequestError.Limit(LimitOptions.SubscriptionsPerClientKey, maximum);
            }

            Subscription? subscription = node.Registry.Subscribe(this, key, id, filter);
            if (subscription is null)
            {
                return RequestError.Limit(LimitOptions.ServicesKey, node.Options.Limits.Services);
            }

            _byId.Add(id, subscription);
            return null;
        }
    }

    public bool Remove(ulong id)
    {
        lock (_subscriptionGate)
        {
            if (!_byId.Remove(id, out Subscription? subscription))
            {
                return false;
            }

            node.Registry.Unsubscribe(subscription);
            return true;
        }
    }

    /// <summary>The session is over.</summary>
    public void RemoveAll()
    {
        lock (_subscriptionGate)
        {
            _ended = true;
            foreach (Subscription subscription in _byId.Values)
            {
                node.Registry.Unsubscribe(subscription);
            }

            _byId.Clear();
        }
    }

    PushOutcome ISubscriber.Push(Subscription subscription, ServiceSnapshot snapshot)
    {
        if (SessionOutput.IsTooLarge(subscription, snapshot))
        {
            node.Services.Log.ListTooLarge(snapshot.Key.ToString(), sessionId);
            return PushOutcome.TooLarge;
        }

        byte[] list = snapshot.Encode(subscription.Filter);
        AppendOutcome outcome = stream.TryWrite(StreamMessage.Push(subscription.Id, snapshot.ChangedAtMicroseconds, list));
        if (outcome != AppendOutcome.Behind)
        {
            return outcome == AppendOutcome.Appended ? PushOutcome.Sent : PushOutcome.Closed;
        }

        MarkResync(subscription);
        if (!stream.IsBusy)
        {
            // It drained between the refusal and the mark; nobody else will come back to it.
            ResyncMarked();
        }

        return PushOutcome.Resync;
    }

    /// <summary>Hands every marked subscription to its push worker. Any thread.</summary>
    public void ResyncMarked()
    {
        Subscription? subscription = Interlocked.Exchange(ref _resync, null);
        while (subscription is not null)
        {
            // Read before it is queued: the worker may mark it again at once.
            Subscription? next = subscription.NextResync;
            subscription.NextResync = null;
            node.Push.Resync(subscription);
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
            subscription.NextResync = head;
        }
        while (Interlocked.CompareExchange(ref _resync, subscription, head) != head);
    }
}
