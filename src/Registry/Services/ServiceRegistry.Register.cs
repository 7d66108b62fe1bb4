using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using Instance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Registry.Services;

/// <summary>The outcome of a registration or deregistration.</summary>
/// <param name="Revision">Of the service afterwards.</param>
/// <param name="Count">Publications that were added, changed or removed.</param>
/// <param name="Error">Set when nothing was done, and why.</param>
internal readonly record struct RegistrationResult(long Revision, int Count, RequestError? Error = null);

/// <content>Register: instances come into the registry and change there.</content>
internal sealed partial class ServiceRegistry
{
    private long _batches;

    /// <summary>Publishes instances for a service, all or none: one revision, one push.</summary>
    /// <param name="client">Their owner.</param>
    /// <param name="key">The service; made when it is new.</param>
    /// <param name="instances">Valid instances with different identities; may be empty with <paramref name="replace"/>.</param>
    /// <param name="replace">Afterwards the client publishes exactly these for the service.</param>
    /// <param name="session">Who speaks for a native client: refused when another session has taken over.</param>
    /// <param name="registeredAt">For a synced client: the owner's time stamp of each instance; empty = now.</param>
    public RegistrationResult Register(
        RegistryClient client, ServiceKey key, ReadOnlySpan<Instance> instances, bool replace, object? session = null, ReadOnlySpan<long> registeredAt = default)
    {
        lock (client.ClientLock)
        {
            if (client.IsReleased || client.Session != session)
            {
                return new RegistrationResult(0, 0, RequestError.SessionClosed);
            }

            if (instances.IsEmpty)
            {
                return WithdrawAllClientLocked(client, key, DeregisterReason.Replaced);
            }

            while (true)
            {
                ServiceEntry? entry = FindOrAdd(key);
                if (entry is null)
                {
                    return new RegistrationResult(0, 0, ServiceLimitReached);
                }

                lock (entry.ServiceLock)
                {
                    if (!entry.IsForgotten)
                    {
                        return RegisterLocked(client, entry, instances, replace, registeredAt);
                    }
                }
            }
        }
    }

    /// <summary>Publishes an instance of a service that is known, from the form it came in. What changes nothing allocates nothing.</summary>
    /// <param name="client">Its owner.</param>
    /// <param name="entry">The service.</param>
    /// <param name="instance">The instance as it came.</param>
    /// <param name="session">Who speaks for the client.</param>
    /// <param name="result">What was done.</param>
    /// <param name="unchanged">The encoded answer when nothing has changed, else null.</param>
    /// <returns>False when it is not certain what is to be done; then nothing was.</returns>
    public bool TryRegister(
        RegistryClient client, ServiceEntry entry, in InstanceReader instance, object? session, out RegistrationResult result, out byte[]? unchanged)
    {
        result = default;
        unchanged = null;
        Span<char> texts = stackalloc char[InstanceReader.MaximumNameLength];
        InstanceName name = instance.NameIn(texts);
        lock (client.ClientLock)
        {
            if (client.IsReleased || client.Session != session)
            {
                return false;
            }

            lock (entry.ServiceLock)
            {
                if (entry.IsForgotten)
                {
                    return false;
                }

                Publication? own = entry.FindLocked(client, name);
                if (own is not null && instance.IsSameAs(own.Instance))
                {
                    own.Attachment = client.Attachment;
                    unchanged = entry.UnchangedReplyLocked();
                    return true;
                }

                if (!instance.IsValid)
                {
                    return false;
                }

                Instance made = instance.ToInstance(own?.Instance.Identity ?? new InstanceIdentity(ClusterOf(name), name.Ip.ToString(), name.Port));
                result = RegisterLocked(client, entry, new ReadOnlySpan<Instance>(in made), replace: false, default);
                return true;
            }
        }
    }

    /// <summary>Sets the health of what a client publishes; no registration, so a waiting publication stays behind the listed one.</summary>
    public void SetHealth(RegistryClient client, ServiceEntry entry, InstanceIdentity identity, bool healthy)
    {
        lock (client.ClientLock)
        {
            OperationEvents happened = new(Events, client);
            lock (entry.ServiceLock)
            {
                if (entry.FindLocked(client, identity.Name) is { } publication && publication.Instance.Healthy != healthy)
                {
                    bool changed = entry.SetHealthLocked(publication, healthy);
                    happened.Published(publication.Instance, PublicationChange.Updated);
                    FinishLocked(entry, changed, happened);
                }
            }

            ClientChangedLocked(client, entry, happened);
        }
    }

    private static string ClusterOf(InstanceName name) => name.Cluster.SequenceEqual(Instance.DefaultCluster) ? Instance.DefaultCluster : name.Cluster.ToString();

    private RegistrationResult RegisterLocked(
        RegistryClient client, ServiceEntry entry, ReadOnlySpan<Instance> instances, bool replace, ReadOnlySpan<long> registeredAt)
    {
        int added = 0;
        int addedListed = 0;
        foreach (Instance instance in instances)
        {
            Publication? listed = entry.FindLocked(instance.Name);
            added += PublicationSet.Find(listed, client) is null ? 1 : 0;
            addedListed += listed is null ? 1 : 0;
        }

        (int withdrawn, int unlisted) = replace ? CountReplacedLocked(client, entry, instances) : (0, 0);
        RequestError? error = client.PublicationCount + added - withdrawn > _options.PublicationsPerClient
            ? RequestError.Limit(RegistryOptions.PublicationsPerClientKey, _options.PublicationsPerClient)
            : entry.InstanceCount + addedListed - unlisted > _options.InstancesPerService
                ? RequestError.Limit(RegistryOptions.InstancesPerServiceKey, _options.InstancesPerService)
                : FixKindLocked(client, entry);
        if (error is not null)
        {
            ForgetIfEmptyLocked(entry);
            return new RegistrationResult(0, 0, error);
        }

        long batch = Interlocked.Increment(ref _batches);
        bool changed = false;
        int count = 0;
        OperationEvents happened = new(Events, client);
        for (int i = 0; i < instances.Length; i++)
        {
            Instance instance = instances[i];
            bool noticed = entry.PublishLocked(client, ref instance, batch, registeredAt.IsEmpty ? 0 : registeredAt[i], out PublicationChange change);
            happened.Published(instance, change);
            changed |= noticed;
            count += noticed ? 1 : 0;
        }

        CountPublications(client.Kind, added);
        if (replace)
        {
            List<Publication> own = client.FindLocked(entry)!;
            for (int i = own.Count - 1; i >= 0; i--)
            {
                if (own[i].Batch != batch)
                {
                    changed |= WithdrawLocked(entry, own[i], DeregisterReason.Replaced, ref happened);
                    count++;
                }
            }
        }

        FinishLocked(entry, changed, happened);
        ClientChangedLocked(client, entry, happened);
        return new RegistrationResult(entry.Revision, count);
    }

    /// <summary>Counts the publications that a replacing batch takes away, so that limits apply to its end and not to its middle.</summary>
    private static (int Withdrawn, int Unlisted) CountReplacedLocked(RegistryClient client, ServiceEntry entry, ReadOnlySpan<Instance> instances)
    {
        (int Withdrawn, int Unlisted) count = (0, 0);
        if (client.FindLocked(entry) is { } own)
        {
            HashSet<InstanceIdentity> named = new(instances.Length);
            foreach (Instance instance in instances)
            {
                named.Add(instance.Identity);
            }

            foreach (Publication publication in own)
            {
                bool goes = !named.Contains(publication.Instance.Identity);
                count.Withdrawn += goes ? 1 : 0;
                count.Unlisted += goes && entry.IsOnlyOneLocked(publication) ? 1 : 0;
            }
        }

        return count;
    }

    private static RequestError? FixKindLocked(RegistryClient client, ServiceEntry entry)
    {
        ServiceKind kind = client.Kind == ClientKind.PersistentIpPort ? ServiceKind.Persistent : ServiceKind.Ephemeral;
        return entry.TryFixKindLocked(kind) ? null : OtherKind(entry.Key, kind);
    }

    /// <summary>The service is of the other kind, which its first use has fixed.</summary>
    private static RequestError OtherKind(ServiceKey service, ServiceKind asked) => new(
        ErrorCode.Conflict,
        "persistent",
        asked == ServiceKind.Ephemeral
            ? $"Current service {service.GroupedName} is persistent service, can't register ephemeral instance."
            : $"Current service {service.GroupedName} is ephemeral service, can't register persistent instance.");

    /// <summary>Collects the events of one operation of a client on the instances of one service and publishes them when readers can see the change.</summary>
    /// <remarks>On the stack of the operation, which holds both locks. One instance is the usual case and allocates nothing; nothing is kept when nobody
    /// listens.</remarks>
    private ref struct OperationEvents
    {
        private readonly EventHub _events;
        private readonly RegistryClient _client;
        private readonly bool _isWanted;
        private (Instance Instance, PublicationChange Change, DeregisterReason Reason) _first;
        private List<(Instance Instance, PublicationChange Change, DeregisterReason Reason)>? _more;

        public OperationEvents(EventHub events, RegistryClient client)
        {
            _events = events;
            _client = client;
            _isWanted = events.Wants(EventKind.InstanceRegistered) || events.Wants(EventKind.InstanceChanged) || events.Wants(EventKind.InstanceDeregistered);
        }

        /// <summary>Something happened to the client's publications, whether readers notice it or not.</summary>
        public bool Any { get; private set; }

        public void Published(Instance instance, PublicationChange change)
        {
            if (change != PublicationChange.None)
            {
                Add((instance, change, default));
            }
        }

        public void Withdrawn(Instance instance, DeregisterReason reason) => Add((instance, PublicationChange.None, reason));

        /// <summary>Publishes them in the order they happened.</summary>
        public readonly void Publish(ServiceEntry service)
        {
            if (!_isWanted || !Any)
            {
                return;
            }

            Publish(service, _first);
            if (_more is not null)
            {
                foreach ((Instance Instance, PublicationChange Change, DeregisterReason Reason) next in _more)
                {
                    Publish(service, next);
                }
            }
        }

        private void Add((Instance Instance, PublicationChange Change, DeregisterReason Reason) next)
        {
            bool isFirst = !Any;
            Any = true;
            if (!_isWanted)
            {
                return;
            }

            if (isFirst)
            {
                _first = next;
                return;
            }

            _more ??= [];
            _more.Add(next);
        }

        private readonly void Publish(ServiceEntry service, in (Instance Instance, PublicationChange Change, DeregisterReason Reason) next)
        {
            switch (next.Change)
            {
                case PublicationChange.Added:
                    _events.Publish(new InstanceRegistered(service.Key, next.Instance, _client.Reference, service.Revision));
                    break;
                case PublicationChange.Updated:
                    _events.Publish(new InstanceChanged(service.Key, next.Instance, _client.Reference, service.Revision));
                    break;
                default:
                    _events.Publish(new InstanceDeregistered(service.Key, next.Instance, _client.Reference, service.Revision, next.Reason));
                    break;
            }
        }
    }
}
