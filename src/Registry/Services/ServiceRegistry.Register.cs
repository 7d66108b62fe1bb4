using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Selection;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;
using Instance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Registry.Services;

/// <summary>The outcome of a registration or deregistration.</summary>
/// <param name="Revision">Of the service afterwards.</param>
/// <param name="Count">Publications that were added, changed or removed.</param>
/// <param name="Error">Set when nothing was done, and why.</param>
internal readonly record struct RegistrationResult(long Revision, int Count, RequestError? Error = null);

/// <content>Register: instances come into the registry and change there. Also what every change needs and ends with: look-up, revision, events, counts.</content>
internal sealed partial class ServiceRegistry
{
    private long _batches;

    public NodeEpoch Epoch { get; }

    /// <summary>Receives the events of all changes.</summary>
    public EventHub Events { get; }

    public RevisionCounter Revisions { get; }

    /// <summary>Labels of addresses, for selectors.</summary>
    public AddressLabels Labels => Volatile.Read(ref _labels);

    /// <summary>True during warm-up: lists may still be short of what clients knew before this node started.</summary>
    public bool IsProvisional => Volatile.Read(ref _provisional) != 0;

    public bool TryGet(ReadOnlySpan<byte> utf8Key, [NotNullWhen(true)] out ServiceEntry? entry) => _services.TryGet(utf8Key, out entry);

    /// <summary>Publishes instances for a service, all or none: one revision, one push.</summary>
    /// <param name="client">Their owner.</param>
    /// <param name="key">The service; made when it is new.</param>
    /// <param name="instances">Valid instances with different identities; may be empty with <paramref name="replace"/>.</param>
    /// <param name="replace">Afterwards the client publishes exactly these for the service.</param>
    /// <param name="session">Who speaks for a native client: refused when another session has taken over.</param>
    /// <param name="registeredAt">For a synced client: the owner's time stamp of each instance; empty = now.</param>
    /// <param name="alsoKept">With <paramref name="replace"/>: what earlier parts of the same set have named stays too; null = none.</param>
    public RegistrationResult Register(
        RegistryClient client,
        ServiceKey key,
        ReadOnlySpan<Instance> instances,
        bool replace,
        object? session = null,
        ReadOnlySpan<long> registeredAt = default,
        HashSet<InstanceIdentity>? alsoKept = null)
    {
        lock (client.ClientLock)
        {
            if (client.IsReleased || client.Session != session)
            {
                return new RegistrationResult(0, 0, RequestError.SessionClosed);
            }

            if (instances.IsEmpty && alsoKept is not { Count: > 0 })
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
                        return RegisterLocked(client, entry, instances, replace, registeredAt, alsoKept);
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

    /// <summary>Counts one more change of a service in its window for <see cref="ReadBusiest"/>.</summary>
    /// <param name="service">Which.</param>
    /// <param name="window">Number of the window in which it changed last; afterwards of the present one.</param>
    /// <param name="changes">Its changes in that window; afterwards with this one.</param>
    internal void CountChange(ServiceKey service, ref long window, ref int changes)
    {
        long present = _busiest.Window;
        changes = present == window ? changes + 1 : 1;
        window = present;
        _busiest.Note(service, present, changes);
    }

    private static string ClusterOf(InstanceName name) => name.Cluster.SequenceEqual(Instance.DefaultCluster) ? Instance.DefaultCluster : name.Cluster.ToString();

    private RegistrationResult RegisterLocked(
        RegistryClient client,
        ServiceEntry entry,
        ReadOnlySpan<Instance> instances,
        bool replace,
        ReadOnlySpan<long> registeredAt,
        HashSet<InstanceIdentity>? alsoKept = null)
    {
        int added = 0;
        int addedListed = 0;
        foreach (Instance instance in instances)
        {
            Publication? listed = entry.FindLocked(instance.Name);
            added += PublicationSet.Find(listed, client) is null ? 1 : 0;
            addedListed += listed is null ? 1 : 0;
        }

        (int withdrawn, int unlisted) = replace ? CountReplacedLocked(client, entry, instances, alsoKept) : (0, 0);
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
        if (replace && client.FindLocked(entry) is { } own)
        {
            for (int i = own.Count - 1; i >= 0; i--)
            {
                if (own[i].Batch != batch && alsoKept?.Contains(own[i].Instance.Identity) != true)
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

    /// <summary>Ends an operation that may have changed a list. Under the service's lock, so that the events of a service are in the order of its
    /// changes.</summary>
    /// <param name="entry">The service.</param>
    /// <param name="changed">Readers notice: a revision and a dirty mark.</param>
    /// <param name="happened">The events of instances; none by default.</param>
    private void FinishLocked(ServiceEntry entry, bool changed, in OperationEvents happened = default)
    {
        if (changed)
        {
            entry.ChangedLocked();
            _push.Changed(entry);
        }

        happened.Publish(entry);
        if (changed)
        {
            Events.Publish(new ServiceChanged(entry.Key, entry.Revision, entry.InstanceCount));
        }

        ForgetIfEmptyLocked(entry, changed);
    }

    /// <summary>Has a service that is empty disappear when its time is over. The caller holds the service's lock.</summary>
    /// <param name="entry">The service.</param>
    /// <param name="changed">It has just changed: its time begins again.</param>
    private void ForgetIfEmptyLocked(ServiceEntry entry, bool changed = false)
    {
        // One that has been forgotten was found before that; it is gone already.
        if (entry.IsEmptyLocked && !entry.IsForgotten)
        {
            _empty.AddLocked(entry, changed);
        }
    }

    /// <summary>Ends an operation for the client whose publications it has changed. The caller holds the client's lock.</summary>
    private void ClientChangedLocked(RegistryClient client, ServiceEntry entry, in OperationEvents happened)
    {
        if (happened.Any)
        {
            client.ChangedLocked();
            Events.Publish(new ClientChanged(client.Reference, entry.Key));
        }
    }

    private void CountPublications(ClientKind kind, int number) => Interlocked.Add(ref _publicationsByKind[(int)kind], number);

    /// <summary>Counts the publications that a replacing batch takes away, so that limits apply to its end and not to its middle.</summary>
    private static (int Withdrawn, int Unlisted) CountReplacedLocked(
        RegistryClient client, ServiceEntry entry, ReadOnlySpan<Instance> instances, HashSet<InstanceIdentity>? alsoKept)
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
                bool goes = !named.Contains(publication.Instance.Identity) && alsoKept?.Contains(publication.Instance.Identity) != true;
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

    /// <summary>The services with most changes in a window of 30 s, as Nacos reports them in <c>service_change_count</c>.</summary>
    /// <remarks>
    /// One per node. Every service counts its own changes, so a change costs one comparison; only those that are among the busiest take the lock, and of a
    /// very busy one every sixteenth change does. Bounded by <see cref="Places"/>, whatever the number of services (W29). Changes are noted under the
    /// service's lock; the lock here is the last one taken.
    /// </remarks>
    private sealed class BusiestServices(TimingWheel wheel)
    {
        /// <summary>Services that are reported, as in Nacos.</summary>
        public const int Places = 10;

        /// <summary>Length of a window, as in Nacos.</summary>
        public const int WindowMilliseconds = 30_000;

        private const int AlwaysNoted = 16;

        private readonly Lock _placesLock = new();
        private List<(ServiceKey Service, int Changes)> _places = new(Places);
        private List<(ServiceKey Service, int Changes)> _before = [];
        private long _window;
        private int _least;

        /// <summary>Number of the window that runs.</summary>
        public long Window => wheel.Now / WindowMilliseconds;

        /// <summary>A service has changed once more in a window.</summary>
        public void Note(ServiceKey service, long window, int changes)
        {
            bool isCandidate = window != Volatile.Read(ref _window) || changes > Volatile.Read(ref _least);
            if (!isCandidate || (changes > AlwaysNoted && changes % AlwaysNoted != 0))
            {
                return;
            }

            lock (_placesLock)
            {
                TurnLocked(window);
                if (window == _window)
                {
                    PlaceLocked(service, changes);
                }
            }
        }

        /// <summary>The busiest services of the last whole window, busiest first; counts above 16 are rounded down to a multiple of it.</summary>
        public List<(ServiceKey Service, int Changes)> Read()
        {
            lock (_placesLock)
            {
                TurnLocked(Window);
                return _before;
            }
        }

        private void TurnLocked(long window)
        {
            if (window <= _window)
            {
                return;
            }

            _places.Sort(static (left, right) => right.Changes.CompareTo(left.Changes));
            _before = window == _window + 1 ? _places : [];
            _places = new List<(ServiceKey, int)>(Places);
            Volatile.Write(ref _least, 0);
            Volatile.Write(ref _window, window);
        }

        private void PlaceLocked(ServiceKey service, int changes)
        {
            int place = IndexOfLocked(service);
            if (place < 0 && _places.Count < Places)
            {
                _places.Add((service, changes));
            }
            else
            {
                place = place < 0 ? IndexOfLeastLocked() : place;
                if (changes > _places[place].Changes)
                {
                    _places[place] = (service, changes);
                }
            }

            Volatile.Write(ref _least, _places.Count < Places ? 0 : _places[IndexOfLeastLocked()].Changes);
        }

        /// <summary>A loop: a predicate would be an object per call.</summary>
        private int IndexOfLocked(ServiceKey service)
        {
            for (int i = 0; i < _places.Count; i++)
            {
                if (_places[i].Service.Equals(service))
                {
                    return i;
                }
            }

            return -1;
        }

        private int IndexOfLeastLocked()
        {
            int least = 0;
            for (int i = 1; i < _places.Count; i++)
            {
                least = _places[i].Changes < _places[least].Changes ? i : least;
            }

            return least;
        }
    }
}

/// <summary>The bounds and times of a registry. The node fills them in from its sections <c>Limits</c> and <c>Deadlines</c>, whose keys refusals
/// name.</summary>
internal sealed record RegistryOptions
{
    public const string ServicesKey = "Limits:Services";
    public const string InstancesPerServiceKey = "Limits:InstancesPerService";
    public const string PublicationsPerClientKey = "Limits:PublicationsPerClient";

    /// <summary>Services, those that only have subscribers included. Default 1,000,000. Beyond it a new name is refused.</summary>
    public int Services { get; init; } = 1_000_000;

    /// <summary>Listed instances of one service. Default 100,000: a list must fit the largest stream with room to spare.</summary>
    public int InstancesPerService { get; init; } = 100_000;

    /// <summary>Instances one client may publish. Default 100,000.</summary>
    public int PublicationsPerClient { get; init; } = 100_000;

    /// <summary>Operators' overrides of instances, on the whole node. Default 100,000; beyond it a new one is refused.</summary>
    public int Overrides { get; init; } = 100_000;

    /// <summary>A service without instances disappears after this time. Default 60 s (Nacos).</summary>
    public TimeSpan EmptyService { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an operator's override outlives its instance, and what is set for a service outlives the service. Default 60 s (Nacos).</summary>
    public TimeSpan ExpiredOverride { get; init; } = TimeSpan.FromSeconds(60);
}
