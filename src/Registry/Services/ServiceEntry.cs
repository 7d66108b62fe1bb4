using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Push;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using Instance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Registry.Services;

/// <summary>The reason for which a service has no instance.</summary>
internal enum EmptyCause
{
    /// <summary>Nobody registered one since the node started, or since the service was forgotten.</summary>
    NeverSeen = 1,

    /// <summary>The last one was deregistered.</summary>
    Deregistered = 2,

    /// <summary>The last one went with its connection.</summary>
    Lost = 3,
}

/// <summary>One service: what is published for it, what is set for it, who subscribes, and its newest list.</summary>
/// <remarks>
/// The service lock guards publications, metadata, overrides, subscribers and revision; it is held briefly: no write costs more because the service is large.
/// The list is built by the first reader that finds the last one older than the revision. Methods that expect the lock end in <c>Locked</c>. Lock order:
/// client lock, then this one. Owned by the <see cref="ServiceRegistry"/>, which alone changes it. Its push worker reaches it as <see cref="IPushedService"/>.
/// </remarks>
internal sealed partial class ServiceEntry : IPushedService
{
    private const int Clean = 0;
    private const int Dirty = 1;

    private readonly ServiceRegistry _registry;
    private readonly PublicationSet _publications;
    private readonly List<Subscription> _subscribers = [];

    private ServiceSnapshot? _snapshot;
    private ServiceMetadata? _metadata;
    private ChangeLog? _changeLog;
    private int _instanceCount;

    // The newest revision, since when it is, and how often there was a new one.
    private long _revision;
    private long _changedAt;
    private long _window = -1;
    private int _windowChanges;
    private int _changeCount;
    private byte[]? _unchangedReply;
    private long _unchangedReplyRevision;

    private int _subscriberCount;
    private MergeWindow _mergeWindow;
    private int _dirty;

    public ServiceEntry(ServiceKey key, ServiceRegistry registry)
    {
        Key = key;
        _registry = registry;
        _publications = new PublicationSet(registry.Epoch.Node);

        // Not 0: a service that was forgotten and returns must not seem older than what readers have of it.
        _revision = registry.Revisions.Current;
    }

    public ServiceKey Key { get; }

    /// <summary>Guards everything below.</summary>
    public Lock ServiceLock { get; } = new();

    /// <summary>True once it was taken out of the table; whoever still holds it looks the key up again.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>Wheel entry that forgets an empty service; -1 = none.</summary>
    public int ForgetEntry { get; set; } = -1;

    /// <summary>Wheel time since which nothing is published.</summary>
    public long EmptySince { get; set; }

    /// <summary>The reason for which nothing is listed.</summary>
    public EmptyCause EmptyCause { get; private set; } = EmptyCause.NeverSeen;

    /// <summary>Fixed by the first registration or by its creation; null while only subscribed to, and after it has disappeared.</summary>
    public ServiceKind? Kind { get; private set; }

    /// <summary>The metadata that is set for it; null = none.</summary>
    public ServiceMetadata? Metadata => Volatile.Read(ref _metadata);

    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Listed identities. Any thread.</summary>
    public int InstanceCount => Volatile.Read(ref _instanceCount);

    /// <summary>Subscriptions to it. Any thread.</summary>
    public int SubscriberCount => Volatile.Read(ref _subscriberCount);

    /// <summary>Revisions taken since the service is known; it may wrap. Any thread.</summary>
    public int ChangeCount => Volatile.Read(ref _changeCount);

    /// <summary>The last list that was built; null = none.</summary>
    public ServiceSnapshot? LastSnapshot => Volatile.Read(ref _snapshot);

    /// <summary>True when <see cref="GetSnapshot"/> only returns what is there.</summary>
    public bool IsSnapshotCurrent => IsCurrent(Volatile.Read(ref _snapshot));

    ref MergeWindow IPushedService.MergeWindow => ref _mergeWindow;

    /// <summary>True when nothing is published.</summary>
    public bool IsEmptyLocked => InstanceCount == 0;

    /// <summary>The newest list; built here when the last one is older.</summary>
    public ServiceSnapshot GetSnapshot()
    {
        ServiceSnapshot? snapshot = Volatile.Read(ref _snapshot);
        return IsCurrent(snapshot) ? snapshot! : BuildSnapshot();
    }

    /// <summary>Everybody's publications, waiting ones included, with who made them. For operators: it costs time in proportion.</summary>
    public List<(RegistryClient Client, Instance Instance)> CopyPublications()
    {
        List<(RegistryClient Client, Instance Instance)> all = [];
        lock (ServiceLock)
        {
            foreach (Publication listed in _publications.Listed)
            {
                for (Publication? publication = listed; publication is not null; publication = publication.Waiting)
                {
                    all.Add((publication.Client, publication.Instance));
                }
            }
        }

        return all;
    }

    /// <summary>Copies the subscribers, so that what is done with each holds no lock.</summary>
    public void CopySubscribers(List<Subscription> destination)
    {
        lock (ServiceLock)
        {
            destination.AddRange(_subscribers);
        }
    }

    bool IPushedService.TryMarkDirty() => Interlocked.Exchange(ref _dirty, Dirty) == Clean;

    void IPushedService.ClearDirty() => Interlocked.Exchange(ref _dirty, Clean);

    bool IPushedService.PushToAll(PushWorker worker, out int changes)
    {
        List<Subscription> subscribers = worker.Buffer<List<Subscription>>();

        // A push that failed may have left some behind.
        subscribers.Clear();
        CopySubscribers(subscribers);
        if (subscribers.Count == 0)
        {
            changes = 0;
            return false;
        }

        changes = ChangeCount;
        ServiceSnapshot snapshot = GetSnapshot();
        foreach (Subscription subscription in subscribers)
        {
            subscription.Push(snapshot, worker);
        }

        subscribers.Clear();
        return true;
    }

    /// <summary>Adds a subscriber; the cost is the same however many there are.</summary>
    public void AddSubscriberLocked(Subscription subscription)
    {
        subscription.IndexInService = _subscribers.Count;
        _subscribers.Add(subscription);
        Volatile.Write(ref _subscriberCount, _subscribers.Count);
    }

    /// <summary>Removes a subscriber; the last one takes its place in the list. Does nothing when it is not there any more.</summary>
    public void RemoveSubscriberLocked(Subscription subscription)
    {
        if (subscription.IndexInService < 0)
        {
            return;
        }

        Subscription last = _subscribers[^1];
        _subscribers[subscription.IndexInService] = last;
        last.IndexInService = subscription.IndexInService;
        _subscribers.RemoveAt(_subscribers.Count - 1);
        subscription.IndexInService = -1;
        Volatile.Write(ref _subscriberCount, _subscribers.Count);
    }

    /// <summary>Fixes the kind if it is not fixed yet; false when it is the other one.</summary>
    public bool TryFixKindLocked(ServiceKind kind)
    {
        Kind ??= kind;
        return Kind == kind;
    }

    /// <summary>Sets what is set for the service; readers notice.</summary>
    public void SetMetadataLocked(ServiceMetadata? metadata)
    {
        Volatile.Write(ref _metadata, metadata);

        // A delta cannot express what a threshold or selector does to instances that have not changed: the next push is a whole list.
        _changeLog = null;
    }

    /// <summary>The service has been empty for its time: what was set for it goes, its kind is free again, and without subscribers it leaves the
    /// table.</summary>
    public void DisappearLocked()
    {
        Kind = null;
        SetMetadataLocked(null);
        _overrides?.DropAll();
        IsForgotten = SubscriberCount == 0;
    }

    /// <summary>Takes a revision for a change; the caller marks the service dirty for its push worker.</summary>
    public void ChangedLocked()
    {
        _changedAt = _registry.Revisions.NextStamp();
        _changeCount++;
        Volatile.Write(ref _revision, _registry.Revisions.Next());
        _registry.CountChange(Key, ref _window, ref _windowChanges);
    }

    /// <summary>The answer to a registration that changed nothing, encoded once per revision and shared.</summary>
    public byte[] UnchangedReplyLocked()
    {
        if (_unchangedReply is null || _unchangedReplyRevision != _revision)
        {
            _unchangedReply = new RegisterReply { Revision = (ulong)_revision }.ToByteArray();
            _unchangedReplyRevision = _revision;
        }

        return _unchangedReply;
    }

    /// <summary>Publishes or updates one instance. The caller holds both locks.</summary>
    /// <param name="client">Its owner.</param>
    /// <param name="instance">The instance; afterwards with the id that was made for it.</param>
    /// <param name="batch">Number of the operation.</param>
    /// <param name="registeredAt">Time stamp of the owner's node; 0 = now, on this one.</param>
    /// <param name="change">What happened to the client's publication.</param>
    /// <returns>True when readers see a change.</returns>
    public bool PublishLocked(RegistryClient client, ref Instance instance, long batch, long registeredAt, out PublicationChange change)
    {
        Publication? listed = _publications.Find(instance.Name);
        Publication? own = PublicationSet.Find(listed, client);
        if (instance.MayHavePreservedMetadata && PreservedMetadata.AwaitsId(instance))
        {
            // The one it has already, unless that was its own choice.
            bool hasOne = own is not null && PreservedMetadata.AsksForId(own.Instance);
            instance = instance.WithId((hasOne ? own!.Instance.ReadInstanceId() : null) ?? _registry.NextInstanceId(Key, instance.Identity));
        }

        Instance? shown = listed is null ? null : Show(listed);
        if (own is not null)
        {
            own.Attachment = client.Attachment;
            own.Batch = batch;
            if (own.Instance.Equals(instance) && (registeredAt == 0 || registeredAt == own.RegisteredAt))
            {
                change = PublicationChange.None;
                return false;
            }

            change = PublicationChange.Updated;
            if (own == listed && registeredAt == 0)
            {
                // Fast path: the client's publication is already the listed one, so it is updated in place instead of being removed and added again.
                own.Instance = instance;
                own.RegisteredAt = _registry.Revisions.NextStamp();
                return ListedLocked(own.Instance.Identity, own, shown);
            }

            // A changed registration is the newest one again.
            _publications.Remove(own);
        }
        else
        {
            own = new Publication { Client = client, Instance = instance, Attachment = client.Attachment, Batch = batch };
            client.AddLocked(this, own);
            change = PublicationChange.Added;
        }

        own.Instance = instance;
        own.RegisteredAt = registeredAt == 0 ? _registry.Revisions.NextStamp() : _registry.Revisions.Observe(registeredAt);
        _publications.Add(own);
        Volatile.Write(ref _instanceCount, _publications.Count);
        Publication newest = registeredAt == 0 ? own : _publications.Find(instance.Name)!;
        return ListedLocked(newest.Instance.Identity, newest, shown);
    }

    /// <summary>Sets the health of a publication where it stands: unlike a new registration it does not make it the newest of its identity. The caller holds
    /// both locks.</summary>
    /// <returns>True when readers see a change.</returns>
    public bool SetHealthLocked(Publication publication, bool healthy)
    {
        Publication listed = _publications.Find(publication.Instance.Name)!;
        Instance shown = Show(listed);
        publication.Instance = publication.Instance.WithHealth(healthy);
        return ListedLocked(listed.Instance.Identity, listed, shown);
    }

    /// <summary>Takes a publication away; the newest waiting one takes its place. The caller holds both locks.</summary>
    /// <returns>True when readers see a change.</returns>
    public bool WithdrawLocked(Publication publication, EmptyCause cause)
    {
        InstanceIdentity identity = publication.Instance.Identity;
        Instance shown = Show(_publications.Find(publication.Instance.Name)!);
        _publications.Remove(publication);
        publication.Client.RemoveLocked(this, publication);
        Volatile.Write(ref _instanceCount, _publications.Count);
        if (_publications.Count == 0)
        {
            EmptyCause = cause;
        }

        return ListedLocked(identity, _publications.Find(identity.Name), shown);
    }

    /// <summary>Finds what a client publishes under an identity.</summary>
    public Publication? FindLocked(RegistryClient client, InstanceName name) => PublicationSet.Find(_publications.Find(name), client);

    /// <summary>Finds what is listed under an identity.</summary>
    public Publication? FindLocked(InstanceName name) => _publications.Find(name);

    /// <summary>Finds the instance that readers see under an identity; null = none.</summary>
    public Instance? ShownLocked(InstanceIdentity identity) => _publications.Find(identity.Name) is { } listed ? Show(listed) : null;

    /// <summary>True when an identity would leave the list with this publication.</summary>
    public bool IsOnlyOneLocked(Publication publication) => _publications.IsOnlyOne(publication);

    /// <summary>A listed publication as readers see it.</summary>
    private Instance Show(Publication listed) => _overrides is null ? listed.Instance : _overrides.Show(listed.Instance);

    /// <summary>Something else may be listed under an identity.</summary>
    /// <returns>True when readers see a change.</returns>
    private bool ListedLocked(InstanceIdentity identity, Publication? listed, Instance? shownBefore)
    {
        if (_overrides is not null)
        {
            NoteListedLocked(_overrides, identity, listed);
        }

        return NoticeLocked(identity, listed is null ? null : Show(listed), shownBefore);
    }

    /// <summary>Remembers that readers see something else under an identity. Nobody is sent differences of a list that is provisional or that nobody
    /// has.</summary>
    /// <returns>True when they do.</returns>
    private bool NoticeLocked(InstanceIdentity identity, Instance? shown, Instance? shownBefore)
    {
        if (shown is null ? shownBefore is null : shown.Equals(shownBefore))
        {
            return false;
        }

        if (SubscriberCount == 0 || _registry.IsProvisional)
        {
            _changeLog = null;
        }
        else
        {
            (_changeLog ??= new ChangeLog()).Record(identity, LastSnapshot, Revision);
        }

        return true;
    }

    private bool IsCurrent(ServiceSnapshot? snapshot) =>
        snapshot is not null && snapshot.Revision == Revision && snapshot.IsProvisional == _registry.IsProvisional;

    private ServiceSnapshot BuildSnapshot()
    {
        lock (ServiceLock)
        {
            if (IsCurrent(_snapshot))
            {
                return _snapshot!;
            }

            Instance[] instances = new Instance[_publications.Count];
            int count = 0;
            foreach (Publication publication in _publications.Listed)
            {
                instances[count++] = Show(publication);
            }

            bool isProvisional = _registry.IsProvisional;
            ServiceSnapshot snapshot = new(Key, _registry.Epoch, _revision, _changedAt, isProvisional, EmptyCause, instances)
            {
                Changes = isProvisional ? [] : _changeLog?.BuildLocked(_revision, this) ?? [],
                Metadata = _metadata,
                Labels = _registry.Labels,
                ProvisionalUntil = _registry.ProvisionalUntil,
            };
            Volatile.Write(ref _snapshot, snapshot);
            return snapshot;
        }
    }
}

/// <summary>All services of the node, by key and by group. Any thread; a lookup by UTF-8 key takes no lock and allocates nothing.</summary>
internal sealed class ServiceTable
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
