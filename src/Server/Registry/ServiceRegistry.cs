using FastRegistry.Server.Configuration;
using FastRegistry.Server.Events;
using FastRegistry.Server.Naming;
using FastRegistry.Server.Push;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Registry;

/// <summary>The registry of this node: every change of publications and subscriptions goes through here.</summary>
/// <remarks>
/// One per server; any thread. A change takes the client's gate, then the service's, changes data and indexes in the same step, and marks the service
/// dirty for its push worker. Readers take no lock unless they are the first to see a new revision.
/// </remarks>
internal sealed class ServiceRegistry
{
    private readonly LimitOptions _limits;
    private readonly PushDispatcher _push;
    private readonly EmptyServices _empty;

    private long _batches;
    private long _publications;
    private long _subscriptions;
    private int _provisional;

    public ServiceRegistry(NodeEpoch epoch, TimingWheel wheel, TimeProvider timeProvider, LimitOptions limits, DeadlineOptions deadlines, PushDispatcher push, EventHub events)
    {
        Epoch = epoch;
        _limits = limits;
        _push = push;
        Events = events;
        _empty = new EmptyServices(Services, wheel, deadlines.EmptyService, events);
        Revisions = new RevisionCounter(timeProvider);
    }

    public NodeEpoch Epoch { get; }

    /// <summary>Where its changes are told.</summary>
    public EventHub Events { get; }

    public RevisionCounter Revisions { get; }

    public ServiceTable Services { get; } = new();

    /// <summary>Publications of all clients, waiting ones included.</summary>
    public long PublicationCount => Interlocked.Read(ref _publications);

    /// <summary>Subscriptions of all clients.</summary>
    public long SubscriptionCount => Interlocked.Read(ref _subscriptions);

    /// <summary>True during warm-up: lists may still be short of what clients knew before this node started.</summary>
    public bool IsProvisional => Volatile.Read(ref _provisional) != 0;

    public void BeginWarmUp() => Volatile.Write(ref _provisional, 1);

    /// <summary>From now on lists are complete; every subscriber hears so by a push at a new revision.</summary>
    public void EndWarmUp()
    {
        if (Interlocked.Exchange(ref _provisional, 0) == 0)
        {
            return;
        }

        foreach (ServiceEntry entry in Services.Services)
        {
            lock (entry.ServiceGate)
            {
                entry.ChangedHoldingGate();
            }

            _push.Changed(entry);
        }
    }

    /// <summary>Publishes instances for a service, all or none: one revision, one push.</summary>
    /// <param name="client">Their owner.</param>
    /// <param name="key">The service; made when it is new.</param>
    /// <param name="instances">Valid instances with different identities; may be empty with <paramref name="replace"/>.</param>
    /// <param name="replace">Afterwards the client publishes exactly these for the service.</param>
    /// <param name="session">Who speaks for a native client: refused when another session has taken over.</param>
    public RegistrationResult Register(RegistryClient client, ServiceKey key, IReadOnlyList<Instance> instances, bool replace, object? session = null)
    {
        lock (client.ClientGate)
        {
            if (client.IsReleased || client.Session != session)
            {
                return new RegistrationResult(0, 0, RequestError.SessionClosed);
            }

            if (instances.Count == 0)
            {
                return RemoveAllHoldingClientGate(client, key, DeregisterReason.Replaced);
            }

            while (true)
            {
                ServiceEntry? entry = FindOrAdd(key);
                if (entry is null)
                {
                    return new RegistrationResult(0, 0, RequestError.Limit(LimitOptions.ServicesKey, _limits.Services));
                }

                lock (entry.ServiceGate)
                {
                    if (!entry.IsForgotten)
                    {
                        return RegisterHoldingGates(client, entry, instances, replace);
                    }
                }
            }
        }
    }

    /// <summary>Withdraws what a client publishes under the given identities; what is not there is no error.</summary>
    public RegistrationResult Deregister(RegistryClient client, ServiceKey key, IReadOnlyList<InstanceIdentity> identities, object? session = null)
    {
        lock (client.ClientGate)
        {
            if (client.IsReleased || client.Session != session)
            {
                return new RegistrationResult(0, 0, RequestError.SessionClosed);
            }

            if (!Services.TryGet(key, out ServiceEntry? entry))
            {
                return new RegistrationResult(Revisions.Current, 0);
            }

            bool changed = false;
            int removed = 0;
            InstanceEvents happened = new(Events, client);
            lock (entry.ServiceGate)
            {
                foreach (InstanceIdentity identity in identities)
                {
                    if (entry.FindHoldingGate(client, identity) is { } publication)
                    {
                        changed |= WithdrawHoldingGates(entry, publication, DeregisterReason.Request, ref happened);
                        removed++;
                    }
                }

                FinishHoldingGate(entry, changed, happened);
            }

            PublishChangedHoldingClientGate(client, entry, happened);
            return new RegistrationResult(entry.Revision, removed);
        }
    }

    /// <summary>Withdraws what a client publishes for a service, whatever its identity.</summary>
    public RegistrationResult DeregisterAll(RegistryClient client, ServiceKey key)
    {
        lock (client.ClientGate)
        {
            return RemoveAllHoldingClientGate(client, key, DeregisterReason.Request);
        }
    }

    /// <summary>Ends a client whose connection is lost.</summary>
    public void Release(RegistryClient client) => Release(client, DeregisterReason.ConnectionLost);

    /// <summary>Ends a client: everything it publishes goes, and it can never publish again.</summary>
    public void Release(RegistryClient client, DeregisterReason reason)
    {
        lock (client.ClientGate)
        {
            bool isFirst = !client.IsReleased;
            client.IsReleased = true;
            WithdrawWhereHoldingClientGate(client, reason, static (_, _) => true);
            if (isFirst)
            {
                Events.Publish(new ClientReleased(client.Reference, reason));
            }
        }
    }

    /// <summary>Withdraws what an older session of the client published and the present one has not named again. Does nothing when the present one is not
    /// the given attachment any more.</summary>
    public void WithdrawNotReaffirmed(RegistryClient client, int attachment)
    {
        lock (client.ClientGate)
        {
            if (client.Attachment != attachment)
            {
                return;
            }

            WithdrawWhereHoldingClientGate(client, DeregisterReason.NotReaffirmed, static (client, publication) => publication.Attachment != client.Attachment);
        }
    }

    /// <summary>Adds a subscription; null when the table of services is full. The caller then reads the first list from it.</summary>
    public Subscription? Subscribe(ISubscriber subscriber, ServiceKey key, ulong id, InstanceFilter filter)
    {
        while (true)
        {
            ServiceEntry? entry = FindOrAdd(key);
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
                    Interlocked.Increment(ref _subscriptions);
                    Events.Publish(new ServiceSubscribed(key, subscriber.SessionId, id));
                    return subscription;
                }
            }
        }
    }

    public void Unsubscribe(Subscription subscription)
    {
        ServiceEntry entry = subscription.Service;
        lock (entry.ServiceGate)
        {
            if (subscription.IsActive)
            {
                entry.RemoveSubscriberHoldingGate(subscription);
                Interlocked.Decrement(ref _subscriptions);
                Events.Publish(new ServiceUnsubscribed(entry.Key, subscription.Subscriber.SessionId, subscription.Id));
            }

            ForgetLaterIfEmptyHoldingGate(entry);
        }
    }

    private RegistrationResult RegisterHoldingGates(RegistryClient client, ServiceEntry entry, IReadOnlyList<Instance> instances, bool replace)
    {
        int added = 0;
        int addedListed = 0;

        // By index: an enumerator of the interface would be allocated.
        for (int i = 0; i < instances.Count; i++)
        {
            added += entry.FindHoldingGate(client, instances[i].Identity) is null ? 1 : 0;
            addedListed += entry.IsListedHoldingGate(instances[i].Identity) ? 0 : 1;
        }

        (int withdrawn, int unlisted) = replace ? CountReplacedHoldingGates(client, entry, instances) : (0, 0);
        RequestError? error = client.PublicationCount + added - withdrawn > _limits.PublicationsPerClient
            ? RequestError.Limit(LimitOptions.PublicationsPerClientKey, _limits.PublicationsPerClient)
            : entry.InstanceCount + addedListed - unlisted > _limits.InstancesPerService
                ? RequestError.Limit(LimitOptions.InstancesPerServiceKey, _limits.InstancesPerService)
                : null;
        if (error is not null)
        {
            ForgetLaterIfEmptyHoldingGate(entry);
            return new RegistrationResult(0, 0, error);
        }

        long batch = Interlocked.Increment(ref _batches);
        bool changed = false;
        int count = 0;
        InstanceEvents happened = new(Events, client);
        for (int i = 0; i < instances.Count; i++)
        {
            bool noticed = entry.PublishHoldingGates(client, instances[i], batch, out PublicationChange change);
            happened.Published(instances[i], change);
            changed |= noticed;
            count += noticed ? 1 : 0;
        }

        Interlocked.Add(ref _publications, added);
        if (replace)
        {
            List<Publication> own = client.FindHoldingGate(entry)!;
            for (int i = own.Count - 1; i >= 0; i--)
            {
                if (own[i].Batch != batch)
                {
                    changed |= WithdrawHoldingGates(entry, own[i], DeregisterReason.Replaced, ref happened);
                    count++;
                }
            }
        }

        FinishHoldingGate(entry, changed, happened);
        PublishChangedHoldingClientGate(client, entry, happened);
        return new RegistrationResult(entry.Revision, count);
    }

    /// <summary>What a replacing batch takes away, so that limits count its end and not its middle.</summary>
    private static (int Withdrawn, int Unlisted) CountReplacedHoldingGates(RegistryClient client, ServiceEntry entry, IReadOnlyList<Instance> instances)
    {
        (int Withdrawn, int Unlisted) count = (0, 0);
        if (client.FindHoldingGate(entry) is { } own)
        {
            HashSet<InstanceIdentity> named = [.. instances.Select(static instance => instance.Identity)];
            foreach (Publication publication in own)
            {
                bool goes = !named.Contains(publication.Instance.Identity);
                count.Withdrawn += goes ? 1 : 0;
                count.Unlisted += goes && entry.IsOnlyOneHoldingGate(publication) ? 1 : 0;
            }
        }

        return count;
    }

    private RegistrationResult RemoveAllHoldingClientGate(RegistryClient client, ServiceKey key, DeregisterReason reason)
    {
        if (!Services.TryGet(key, out ServiceEntry? entry) || client.FindHoldingGate(entry) is not { } own)
        {
            return new RegistrationResult(Revisions.Current, 0);
        }

        int removed = own.Count;
        InstanceEvents happened = new(Events, client);
        lock (entry.ServiceGate)
        {
            bool changed = false;
            while (own.Count > 0)
            {
                changed |= WithdrawHoldingGates(entry, own[^1], reason, ref happened);
            }

            FinishHoldingGate(entry, changed, happened);
        }

        PublishChangedHoldingClientGate(client, entry, happened);
        return new RegistrationResult(entry.Revision, removed);
    }

    private void WithdrawWhereHoldingClientGate(RegistryClient client, DeregisterReason reason, Func<RegistryClient, Publication, bool> goes)
    {
        foreach (ServiceEntry entry in client.ServicesHoldingGate.ToArray())
        {
            List<Publication> own = client.FindHoldingGate(entry)!;
            InstanceEvents happened = new(Events, client);
            lock (entry.ServiceGate)
            {
                bool changed = false;
                for (int i = own.Count - 1; i >= 0; i--)
                {
                    if (goes(client, own[i]))
                    {
                        changed |= WithdrawHoldingGates(entry, own[i], reason, ref happened);
                    }
                }

                FinishHoldingGate(entry, changed, happened);
            }

            PublishChangedHoldingClientGate(client, entry, happened);
        }
    }

    private bool WithdrawHoldingGates(ServiceEntry entry, Publication publication, DeregisterReason reason, ref InstanceEvents happened)
    {
        Interlocked.Decrement(ref _publications);
        happened.Withdrawn(publication.Instance, reason);
        return entry.WithdrawHoldingGates(publication, reason is DeregisterReason.Request or DeregisterReason.Replaced ? EmptyCause.Deregistered : EmptyCause.Lost);
    }

    /// <summary>Ends every operation that may change a service's list: revision, dirty mark and events when there is something to notice, the forget deadline
    /// when it is empty. Under the gate, so that the events of a service are in the order of its changes.</summary>
    private void FinishHoldingGate(ServiceEntry entry, bool changed, in InstanceEvents happened)
    {
        if (changed)
        {
            entry.ChangedHoldingGate();
            _push.Changed(entry);
        }

        happened.Publish(entry);
        if (changed)
        {
            Events.Publish(new ServiceChanged(entry.Key, entry.Revision, entry.InstanceCount));
        }

        ForgetLaterIfEmptyHoldingGate(entry);
    }

    private void PublishChangedHoldingClientGate(RegistryClient client, ServiceEntry entry, in InstanceEvents happened)
    {
        if (happened.Any)
        {
            Events.Publish(new ClientChanged(client.Reference, entry.Key));
        }
    }

    private void ForgetLaterIfEmptyHoldingGate(ServiceEntry entry)
    {
        if (entry.IsEmptyHoldingGate)
        {
            _empty.AddHoldingGate(entry);
        }
    }

    private ServiceEntry? FindOrAdd(ServiceKey key)
    {
        while (true)
        {
            if (Services.TryGet(key, out ServiceEntry? entry))
            {
                return entry;
            }

            if (Services.Count >= _limits.Services)
            {
                return null;
            }

            entry = new ServiceEntry(key, this);

            // Others find it at once; the gate keeps what they do with it behind the event.
            lock (entry.ServiceGate)
            {
                if (Services.TryAdd(entry))
                {
                    Events.Publish(new ServiceCreated(key));
                    return entry;
                }
            }
        }
    }
}
