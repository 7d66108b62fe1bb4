using FastRegistry.Server.Configuration;
using FastRegistry.Server.Events;
using FastRegistry.Server.Naming;
using FastRegistry.Server.Push;
using FastRegistry.Server.Registry.Metadata;
using FastRegistry.Server.Registry.Overrides;
using FastRegistry.Server.Registry.Selection;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Registry;

/// <summary>The registry of this node: every change of publications and subscriptions goes through here.</summary>
/// <remarks>
/// One per server; any thread. A change takes the client's gate, then the service's, changes data and indexes in the same step, and marks the service
/// dirty for its push worker. Readers take no lock unless they are the first to see a new revision.
/// </remarks>
internal sealed class ServiceRegistry
{
    private const int MostComparedOnReaffirm = 8;

    private readonly LimitOptions _limits;
    private readonly PushDispatcher _push;
    private readonly SnowflakeNumbers _numbers;

    private long _batches;
    private readonly long[] _publications = new long[Enum.GetValues<ClientKind>().Length];
    private AddressLabels _labels = AddressLabels.None;
    private int _provisional;

    public ServiceRegistry(NodeEpoch epoch, TimingWheel wheel, TimeProvider timeProvider, LimitOptions limits, DeadlineOptions deadlines, PushDispatcher push, EventHub events)
    {
        Epoch = epoch;
        _limits = limits;
        _push = push;
        Events = events;
        _numbers = new SnowflakeNumbers(epoch.Node, timeProvider);
        Revisions = new RevisionCounter(timeProvider);
        Busiest = new BusiestServices(wheel);
        OverrideExpiry = new OverrideExpiry(wheel, deadlines.ExpiredOverride, limits.Overrides);
        Changes = new ServiceChanges(this, push, new EmptyServices(wheel, deadlines, this), limits);
        Subscriptions = new SubscriptionIndex(Changes, events);
        Administration = new ServiceAdministration(this);
    }

    public NodeEpoch Epoch { get; }

    /// <summary>Where its changes are told.</summary>
    public EventHub Events { get; }

    public RevisionCounter Revisions { get; }

    public ServiceTable Services { get; } = new();

    /// <summary>How changes of a service begin and end.</summary>
    public ServiceChanges Changes { get; }

    public SubscriptionIndex Subscriptions { get; }

    /// <summary>What operators change.</summary>
    public ServiceAdministration Administration { get; }

    /// <summary>Overrides of all services.</summary>
    public OverrideExpiry OverrideExpiry { get; }

    /// <summary>Which services change most.</summary>
    public BusiestServices Busiest { get; }

    /// <summary>Labels of addresses, for selectors.</summary>
    public AddressLabels Labels => Volatile.Read(ref _labels);

    /// <summary>Publications of all clients, waiting ones included.</summary>
    public long PublicationCount => _publications.Sum();

    /// <summary>Publications of the clients of a kind, waiting ones included.</summary>
    public long PublicationsOf(ClientKind kind) => Interlocked.Read(ref _publications[(int)kind]);

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

        ChangeAll(static _ => true);
    }

    /// <summary>Replaces the labels of addresses; subscribers of services with a selector hear what it shows now.</summary>
    public void ReplaceLabels(AddressLabels labels)
    {
        Volatile.Write(ref _labels, labels);
        ChangeAll(static entry => entry.Metadata?.Selector is not null);
    }

    /// <summary>The id of an instance that asks for one that is unique: <c>number#cluster#group@@name</c>.</summary>
    public string NextInstanceId(ServiceKey service, InstanceIdentity identity) => $"{_numbers.Next()}#{identity.Cluster}#{service.GroupedName}";

    /// <summary>Publishes instances for a service, all or none: one revision, one push.</summary>
    /// <param name="client">Their owner.</param>
    /// <param name="key">The service; made when it is new.</param>
    /// <param name="instances">Valid instances with different identities; may be empty with <paramref name="replace"/>.</param>
    /// <param name="replace">Afterwards the client publishes exactly these for the service.</param>
    /// <param name="session">Who speaks for a native client: refused when another session has taken over.</param>
    /// <param name="registeredAt">For a synced client: the owner's time stamp of each instance; null = now.</param>
    public RegistrationResult Register(
        RegistryClient client, ServiceKey key, IReadOnlyList<Instance> instances, bool replace, object? session = null, IReadOnlyList<long>? registeredAt = null)
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
                ServiceEntry? entry = Changes.FindOrAdd(key);
                if (entry is null)
                {
                    return new RegistrationResult(0, 0, Changes.TableFull);
                }

                lock (entry.ServiceGate)
                {
                    if (!entry.IsForgotten)
                    {
                        return RegisterHoldingGates(client, entry, instances, replace, registeredAt);
                    }
                }
            }
        }
    }

    /// <summary>A client registers what it publishes already.</summary>
    /// <param name="client">Its owner.</param>
    /// <param name="entry">The service.</param>
    /// <param name="encoded">The instance as it came.</param>
    /// <param name="session">Who speaks for the client.</param>
    /// <returns>The encoded answer; null when it is not certain that nothing changes, and then nothing was done.</returns>
    public static byte[]? Reaffirm(RegistryClient client, ServiceEntry entry, ReadOnlySpan<byte> encoded, object? session)
    {
        lock (client.ClientGate)
        {
            if (client.IsReleased || client.Session != session || client.FindHoldingGate(entry) is not { } own)
            {
                return null;
            }

            // A client that publishes many instances of a service registers them in batches; looking through them all here would cost more than it saves.
            for (int i = 0; i < Math.Min(own.Count, MostComparedOnReaffirm); i++)
            {
                if (own[i].Instance.Encoded.SequenceEqual(encoded))
                {
                    lock (entry.ServiceGate)
                    {
                        own[i].Attachment = client.Attachment;
                        return entry.UnchangedReplyHoldingGate();
                    }
                }
            }

            return null;
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

                Changes.FinishHoldingGate(entry, changed, happened);
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

    /// <summary>Withdraws one publication that is given up on.</summary>
    public void Withdraw(RegistryClient client, ServiceEntry entry, InstanceIdentity identity, DeregisterReason reason)
    {
        lock (client.ClientGate)
        {
            InstanceEvents happened = new(Events, client);
            lock (entry.ServiceGate)
            {
                if (entry.FindHoldingGate(client, identity) is { } publication)
                {
                    bool changed = WithdrawHoldingGates(entry, publication, reason, ref happened);
                    Changes.FinishHoldingGate(entry, changed, happened);
                }
            }

            PublishChangedHoldingClientGate(client, entry, happened);
        }
    }

    /// <summary>Sets the health of what a client publishes; no registration, so a waiting publication stays behind the listed one.</summary>
    public void SetHealth(RegistryClient client, ServiceEntry entry, InstanceIdentity identity, bool healthy)
    {
        lock (client.ClientGate)
        {
            InstanceEvents happened = new(Events, client);
            lock (entry.ServiceGate)
            {
                if (entry.FindHoldingGate(client, identity) is { } publication && publication.Instance.Healthy != healthy)
                {
                    bool changed = entry.SetHealthHoldingGates(publication, healthy);
                    happened.Published(publication.Instance, PublicationChange.Updated);
                    Changes.FinishHoldingGate(entry, changed, happened);
                }
            }

            PublishChangedHoldingClientGate(client, entry, happened);
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

    private RegistrationResult RegisterHoldingGates(
        RegistryClient client, ServiceEntry entry, IReadOnlyList<Instance> instances, bool replace, IReadOnlyList<long>? registeredAt)
    {
        int added = 0;
        int addedListed = 0;

        // By index: an enumerator of the interface would be allocated.
        for (int i = 0; i < instances.Count; i++)
        {
            added += entry.FindHoldingGate(client, instances[i].Identity) is null ? 1 : 0;
            addedListed += entry.FindHoldingGate(instances[i].Identity) is null ? 1 : 0;
        }

        (int withdrawn, int unlisted) = replace ? CountReplacedHoldingGates(client, entry, instances) : (0, 0);
        RequestError? error = client.PublicationCount + added - withdrawn > _limits.PublicationsPerClient
            ? RequestError.Limit(LimitOptions.PublicationsPerClientKey, _limits.PublicationsPerClient)
            : entry.InstanceCount + addedListed - unlisted > _limits.InstancesPerService
                ? RequestError.Limit(LimitOptions.InstancesPerServiceKey, _limits.InstancesPerService)
                : FixKindHoldingGate(client, entry);
        if (error is not null)
        {
            Changes.ForgetLaterIfEmptyHoldingGate(entry);
            return new RegistrationResult(0, 0, error);
        }

        long batch = Interlocked.Increment(ref _batches);
        bool changed = false;
        int count = 0;
        InstanceEvents happened = new(Events, client);
        for (int i = 0; i < instances.Count; i++)
        {
            Instance instance = instances[i];
            bool noticed = entry.PublishHoldingGates(client, ref instance, batch, registeredAt?[i] ?? 0, out PublicationChange change);
            happened.Published(instance, change);
            changed |= noticed;
            count += noticed ? 1 : 0;
        }

        Interlocked.Add(ref _publications[(int)client.Kind], added);
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

        Changes.FinishHoldingGate(entry, changed, happened);
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

            Changes.FinishHoldingGate(entry, changed, happened);
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

                Changes.FinishHoldingGate(entry, changed, happened);
            }

            PublishChangedHoldingClientGate(client, entry, happened);
        }
    }

    private bool WithdrawHoldingGates(ServiceEntry entry, Publication publication, DeregisterReason reason, ref InstanceEvents happened)
    {
        Interlocked.Decrement(ref _publications[(int)publication.Client.Kind]);
        happened.Withdrawn(publication.Instance, reason);
        return entry.WithdrawHoldingGates(publication, reason is DeregisterReason.Request or DeregisterReason.Replaced ? EmptyCause.Deregistered : EmptyCause.Lost);
    }

    private void PublishChangedHoldingClientGate(RegistryClient client, ServiceEntry entry, in InstanceEvents happened)
    {
        if (happened.Any)
        {
            client.ChangedHoldingGate();
            Events.Publish(new ClientChanged(client.Reference, entry.Key));
        }
    }

    private static RequestError? FixKindHoldingGate(RegistryClient client, ServiceEntry entry)
    {
        ServiceKind kind = client.Kind == ClientKind.PersistentIpPort ? ServiceKind.Persistent : ServiceKind.Ephemeral;
        return entry.TryFixKindHoldingGate(kind) ? null : RequestError.OtherKind(entry.Key, kind);
    }

    /// <summary>A revision and a push for every service the list of which may look different without any change of an instance.</summary>
    private void ChangeAll(Func<ServiceEntry, bool> affected)
    {
        foreach (ServiceEntry entry in Services.Services)
        {
            if (!affected(entry))
            {
                continue;
            }

            lock (entry.ServiceGate)
            {
                entry.ChangedHoldingGate();
            }

            _push.Changed(entry);
        }
    }
}
