using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Selection;
using FastRegistry.Wire.Timing;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Services;

/// <summary>The registry of this node: what is published, who subscribes, and what operators set. Each change of these is a method of this class.</summary>
/// <remarks>
/// <para><b>Operations</b>, one file each. Register: <c>Register</c>, <c>TryRegister</c>, <c>SetHealth</c>. Deregister: <c>Deregister</c>,
/// <c>TryDeregister</c>, <c>DeregisterAll</c>, <c>Withdraw</c>, <c>WithdrawNotReaffirmed</c>. Release: <c>Release</c>, which ends a client and all it
/// publishes. Subscribe: <c>Subscribe</c>, <c>Unsubscribe</c>. Administer: <c>CreateService</c>, <c>UpdateMetadata</c>, <c>DeleteService</c>,
/// <c>SetOverride</c>. This file holds the queries, warm-up and labels, and the tables that are private to the registry. Public members are the contract;
/// internal ones serve the other types of the aggregate, <see cref="ServiceEntry"/> above all.</para>
/// <para><b>Locks.</b> Every public member is thread-safe. A change takes the lock of its client (<see cref="RegistryClient.ClientLock"/>), then that of the
/// service (<see cref="ServiceEntry.ServiceLock"/>), one of each at most. In that one step it changes data and indexes, takes a revision, marks the service
/// dirty for its push worker and publishes its events, so the events of a service are in the order of its changes. All other locks are innermost: group
/// index, empty services, busiest services, expiring overrides, event queues. No lock is held over I/O. Methods that expect a lock end in <c>Locked</c>.
/// Readers take no lock unless they are the first to see a new revision.</para>
/// <para><b>Ownership.</b> The registry owns the services: the first registration, subscription or <c>CreateService</c> makes one, and it is forgotten when
/// it has been empty for <see cref="RegistryOptions.EmptyService"/> and nobody subscribes. The caller makes a client; what it publishes belongs to
/// the registry until it is deregistered or the client is released. A subscription lives from <c>Subscribe</c> to <c>Unsubscribe</c>. Snapshots are
/// immutable.</para>
/// <para><b>Lifetime.</b> One per node, from its start to its end, in memory. The wheel entries it takes are never returned.</para>
/// </remarks>
internal sealed partial class ServiceRegistry
{
    private readonly RegistryOptions _options;
    private readonly PushDispatcher _push;
    private readonly ServiceTable _services = new();
    private readonly EmptyServices _empty;
    private readonly BusiestServices _busiest;
    private readonly SnowflakeNumbers _numbers;
    private readonly long[] _publicationsByKind = new long[Enum.GetValues<ClientKind>().Length];

    private AddressLabels _labels = AddressLabels.None;
    private int _provisional;

    public ServiceRegistry(NodeEpoch epoch, TimingWheel wheel, TimeProvider timeProvider, RegistryOptions options, PushDispatcher push, EventHub events)
    {
        Epoch = epoch;
        Events = events;
        _options = options;
        _push = push;
        _numbers = new SnowflakeNumbers(epoch.Node, timeProvider);
        Revisions = new RevisionCounter(timeProvider);
        _busiest = new BusiestServices(wheel);
        Overrides = new OverrideExpiry(wheel, options.ExpiredOverride, options.Overrides);
        _empty = new EmptyServices(wheel, options, this);
    }

    public NodeEpoch Epoch { get; }

    /// <summary>Receives the events of all changes.</summary>
    public EventHub Events { get; }

    public RevisionCounter Revisions { get; }

    /// <summary>All services, in no order; safe while they change.</summary>
    public IEnumerable<ServiceEntry> Services => _services.All;

    public int ServiceCount => _services.Count;

    /// <summary>Publications of all clients, waiting ones included.</summary>
    public long PublicationCount => _publicationsByKind.Sum();

    /// <summary>Overrides of instances on this node, those on their way out included.</summary>
    public int OverrideCount => Overrides.Count;

    /// <summary>Labels of addresses, for selectors.</summary>
    public AddressLabels Labels => Volatile.Read(ref _labels);

    /// <summary>True during warm-up: lists may still be short of what clients knew before this node started.</summary>
    public bool IsProvisional => Volatile.Read(ref _provisional) != 0;

    /// <summary>The refusal of a request that needs a new service when the table is full.</summary>
    public RequestError ServiceLimitReached => RequestError.Limit(RegistryOptions.ServicesKey, _options.Services);

    /// <summary>Expires overrides whose instance is gone.</summary>
    internal OverrideExpiry Overrides { get; }

    /// <summary>Publications of the clients of a kind.</summary>
    public long PublicationsOf(ClientKind kind) => Interlocked.Read(ref _publicationsByKind[(int)kind]);

    public bool TryGet(ReadOnlySpan<byte> utf8Key, [NotNullWhen(true)] out ServiceEntry? entry) => _services.TryGet(utf8Key, out entry);

    public bool TryGet(ServiceKey key, [NotNullWhen(true)] out ServiceEntry? entry) => _services.TryGet(key, out entry);

    /// <summary>The services of a group, in no order; safe while they change.</summary>
    public IEnumerable<ServiceEntry> ServicesInGroup(string @namespace, string group) => _services.InGroup(@namespace, group);

    /// <summary>Names of a group's services that have an instance, sorted by code point. Costs time in proportion to the group: for workers.</summary>
    public List<string> ListServiceNames(string @namespace, string group) => _services.ListNames(@namespace, group);

    /// <summary>The services with most changes in the last whole window of 30 s, busiest first; counts above 16 are rounded down to a multiple of it.</summary>
    public IReadOnlyList<(ServiceKey Service, int Changes)> ReadBusiest() => _busiest.Read();

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
    internal string NextInstanceId(ServiceKey service, InstanceIdentity identity) => $"{_numbers.Next()}#{identity.Cluster}#{service.GroupedName}";

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

    /// <summary>The entry of a service, made when it is new; null when the table is full. It may be forgotten by the time its lock is taken: then
    /// again.</summary>
    private ServiceEntry? FindOrAdd(ServiceKey key)
    {
        while (true)
        {
            if (_services.TryGet(key, out ServiceEntry? entry))
            {
                return entry;
            }

            if (_services.Count >= _options.Services)
            {
                return null;
            }

            entry = new ServiceEntry(key, this);

            // Others find the entry at once; its lock keeps their events behind this one.
            lock (entry.ServiceLock)
            {
                if (_services.TryAdd(entry))
                {
                    Events.Publish(new ServiceCreated(key));
                    return entry;
                }
            }
        }
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

    /// <summary>A revision and a push for every service the list of which may look different without any change of an instance.</summary>
    private void ChangeAll(Func<ServiceEntry, bool> affected)
    {
        foreach (ServiceEntry entry in _services.All)
        {
            if (!affected(entry))
            {
                continue;
            }

            lock (entry.ServiceLock)
            {
                entry.ChangedLocked();
            }

            _push.Changed(entry);
        }
    }

    /// <summary>All services of the node, by key and by group. Any thread; a lookup by UTF-8 key takes no lock and allocates nothing.</summary>
    private sealed class ServiceTable
    {
        private readonly ConcurrentDictionary<ServiceKey, ServiceEntry> _services = new(new ServiceKeyComparer());
        private readonly ConcurrentDictionary<ServiceKey, ServiceEntry>.AlternateLookup<ReadOnlySpan<byte>> _byUtf8;
        private readonly ConcurrentDictionary<(string Namespace, string Group), ConcurrentDictionary<string, ServiceEntry>> _groups = new();
        private readonly Lock _groupLock = new();
        private int _count;

        public ServiceTable() => _byUtf8 = _services.GetAlternateLookup<ReadOnlySpan<byte>>();

        public int Count => Volatile.Read(ref _count);

        /// <summary>All services, in no order; safe while they change.</summary>
        public IEnumerable<ServiceEntry> All => _services.Select(static pair => pair.Value);

        public bool TryGet(ReadOnlySpan<byte> utf8Key, [NotNullWhen(true)] out ServiceEntry? entry) => _byUtf8.TryGetValue(utf8Key, out entry);

        public bool TryGet(ServiceKey key, [NotNullWhen(true)] out ServiceEntry? entry) => _services.TryGetValue(key, out entry);

        /// <summary>Adds a service unless it is there; false when somebody else was first.</summary>
        public bool TryAdd(ServiceEntry entry)
        {
            if (!_services.TryAdd(entry.Key, entry))
            {
                return false;
            }

            Interlocked.Increment(ref _count);
            lock (_groupLock)
            {
                _groups.GetOrAdd((entry.Key.Namespace, entry.Key.Group), static _ => new(StringComparer.Ordinal))[entry.Key.Name] = entry;
            }

            return true;
        }

        public void Remove(ServiceEntry entry)
        {
            if (!_services.TryRemove(KeyValuePair.Create(entry.Key, entry)))
            {
                return;
            }

            Interlocked.Decrement(ref _count);
            lock (_groupLock)
            {
                (string, string) group = (entry.Key.Namespace, entry.Key.Group);
                if (_groups.TryGetValue(group, out ConcurrentDictionary<string, ServiceEntry>? services)
                    && services.TryRemove(KeyValuePair.Create(entry.Key.Name, entry))
                    && services.IsEmpty)
                {
                    _groups.TryRemove(group, out _);
                }
            }
        }

        /// <summary>The services of a group, in no order; safe while they change.</summary>
        public IEnumerable<ServiceEntry> InGroup(string @namespace, string group) =>
            _groups.TryGetValue((@namespace, group), out ConcurrentDictionary<string, ServiceEntry>? services) ? services.Select(static pair => pair.Value) : [];

        /// <summary>Names of a group's services that have an instance, sorted by code point. Costs time in proportion to the group: for workers.</summary>
        public List<string> ListNames(string @namespace, string group)
        {
            List<string> names = [];
            if (_groups.TryGetValue((@namespace, group), out ConcurrentDictionary<string, ServiceEntry>? services))
            {
                foreach ((string name, ServiceEntry entry) in services)
                {
                    if (entry.InstanceCount > 0)
                    {
                        names.Add(name);
                    }
                }
            }

            names.Sort(StringComparer.Ordinal);
            return names;
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

/// <summary>The one 64-bit counter all revisions of a node come from, and its clock for change times. Any thread.</summary>
/// <remarks>One counter for all services: a service that disappears and returns never goes back.</remarks>
internal sealed class RevisionCounter(TimeProvider timeProvider)
{
    private long _revision;
    private long _lastStamp;

    /// <summary>The highest revision given out.</summary>
    public long Current => Volatile.Read(ref _revision);

    public long Next() => Interlocked.Increment(ref _revision);

    /// <summary>Unix microseconds, larger than every stamp before it even when the clock stands or goes back.</summary>
    public long NextStamp()
    {
        long now = (timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            long last = Volatile.Read(ref _lastStamp);
            long stamp = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _lastStamp, stamp, last) == last)
            {
                return stamp;
            }
        }
    }

    /// <summary>Takes note of another node's stamp: those of this one that follow are larger.</summary>
    /// <returns>The stamp.</returns>
    public long Observe(long stamp)
    {
        long last = Volatile.Read(ref _lastStamp);
        while (stamp > last)
        {
            long before = Interlocked.CompareExchange(ref _lastStamp, stamp, last);
            if (before == last)
            {
                break;
            }

            last = before;
        }

        return stamp;
    }
}

/// <summary>One life of this node: its stable id and the time it started.</summary>
/// <param name="Node">Hash of the node's configured id.</param>
/// <param name="Incarnation">Start time, Unix milliseconds.</param>
internal readonly record struct NodeEpoch(ulong Node, ulong Incarnation)
{
    public Messages.Epoch ToMessage() => new() { Node = Node, Incarnation = Incarnation };
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
