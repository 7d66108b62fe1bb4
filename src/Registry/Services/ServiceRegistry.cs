using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Selection;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Services;

/// <summary>The registry of this node: what is published, who subscribes, and what operators set. Each change of these is a method of this class.</summary>
/// <remarks>
/// <para><b>Operations</b>, one file each. Register: <c>Register</c>, <c>TryRegister</c>, <c>SetHealth</c>. Deregister: <c>Deregister</c>,
/// <c>TryDeregister</c>, <c>DeregisterAll</c>, <c>Withdraw</c>, <c>WithdrawNotReaffirmed</c>. Release: <c>Release</c>, which ends a client and all it
/// publishes. Subscribe: <c>Subscribe</c>, <c>Unsubscribe</c>. Administer: <c>CreateService</c>, <c>UpdateMetadata</c>, <c>DeleteService</c>,
/// <c>SetOverride</c>. This file holds construction, queries, warm-up and labels; what
/// every change and every new list need (look-up, revision, events, counting the busiest) stands with Register, which is the most frequent change. Public members are the contract;
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
    private long _provisionalUntil;

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

    /// <summary>All services, in no order; safe while they change.</summary>
    public IEnumerable<ServiceEntry> Services => _services.All;

    public int ServiceCount => _services.Count;

    /// <summary>Publications of all clients, waiting ones included.</summary>
    public long PublicationCount => _publicationsByKind.Sum();

    /// <summary>Overrides of instances on this node, those on their way out included.</summary>
    public int OverrideCount => Overrides.Count;

    /// <summary>The refusal of a request that needs a new service when the table is full.</summary>
    public RequestError ServiceLimitReached => RequestError.Limit(RegistryOptions.ServicesKey, _options.Services);

    /// <summary>Expires overrides whose instance is gone.</summary>
    internal OverrideExpiry Overrides { get; }

    /// <summary>Publications of the clients of a kind.</summary>
    public long PublicationsOf(ClientKind kind) => Interlocked.Read(ref _publicationsByKind[(int)kind]);

    public bool TryGet(ServiceKey key, [NotNullWhen(true)] out ServiceEntry? entry) => _services.TryGet(key, out entry);

    /// <summary>The services of a group, in no order; safe while they change.</summary>
    public IEnumerable<ServiceEntry> ServicesInGroup(string @namespace, string group) => _services.InGroup(@namespace, group);

    /// <summary>Names of a group's services that have an instance, sorted by code point. Costs time in proportion to the group: for workers.</summary>
    public List<string> ListServiceNames(string @namespace, string group) => _services.ListNames(@namespace, group);

    /// <summary>The services with most changes in the last whole window of 30 s, busiest first; counts above 16 are rounded down to a multiple of it.</summary>
    public IReadOnlyList<(ServiceKey Service, int Changes)> ReadBusiest() => _busiest.Read();

    /// <summary>The highest revision that a list may have been sent at while lists were provisional; 0 = none was.</summary>
    internal long ProvisionalUntil => Volatile.Read(ref _provisionalUntil);

    public void BeginWarmUp() => Volatile.Write(ref _provisional, 1);

    /// <summary>From now on lists are complete. Subscribers hear so when their service is named to <see cref="PushAgain"/> or changes.</summary>
    /// <returns>The services that have subscribers; empty when lists were complete already.</returns>
    public ServiceEntry[] EndWarmUp()
    {
        if (Volatile.Read(ref _provisional) == 0)
        {
            return [];
        }

        // A list that is built meanwhile must not take one that was provisional for the base of a delta.
        Volatile.Write(ref _provisionalUntil, long.MaxValue);
        bool isFirst = Interlocked.Exchange(ref _provisional, 0) != 0;
        Volatile.Write(ref _provisionalUntil, Revisions.Current);
        return isFirst ? [.. _services.All.Where(static entry => entry.SubscriberCount > 0)] : [];
    }

    /// <summary>Has the newest list pushed to all subscribers of a service for whom it is news.</summary>
    public void PushAgain(ServiceEntry entry) => _push.Changed(entry);

    /// <summary>Replaces the labels of addresses; subscribers of services with a selector hear what it shows now.</summary>
    public void ReplaceLabels(AddressLabels labels)
    {
        Volatile.Write(ref _labels, labels);
        ChangeAll(static entry => entry.Metadata?.Selector is not null);
    }

    /// <summary>The id of an instance that asks for one that is unique: <c>number#cluster#group@@name</c>.</summary>
    internal string NextInstanceId(ServiceKey service, InstanceIdentity identity) => $"{_numbers.Next()}#{identity.Cluster}#{service.GroupedName}";

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
}
