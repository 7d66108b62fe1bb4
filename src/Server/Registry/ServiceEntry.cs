using FastRegistry.Server.Push;

namespace FastRegistry.Server.Registry;

/// <summary>One service: what is published for it, who subscribes, and its newest list.</summary>
/// <remarks>
/// The service gate guards publications, subscribers and revision; it is short: no write costs more because the service is large. The list is built by the
/// first reader that finds the last one older than the revision. Methods that expect the gate say so. Lock order: client gate, then this one.
/// </remarks>
internal sealed class ServiceEntry(ServiceKey key, ServiceRegistry registry)
{
    private const int Clean = 0;
    private const int Dirty = 1;

    // Newest publication of each identity; older ones of other clients wait behind it.
    private readonly Dictionary<InstanceIdentity, Publication> _visible = [];
    private readonly List<Subscription> _subscribers = [];

    private ServiceSnapshot? _snapshot;
    private ChangeLog? _changes;
    private MergeWindow _mergeWindow;

    // Not 0: a service that was forgotten and returns must not seem older than what readers have of it.
    private long _revision = registry.Revisions.Current;
    private long _changedAt;
    private int _instanceCount;
    private int _subscriberCount;
    private int _changeCount;
    private int _dirty;

    public ServiceKey Key { get; } = key;

    /// <summary>Guards everything below.</summary>
    public Lock ServiceGate { get; } = new();

    /// <summary>True once it was taken out of the table; whoever still holds it looks the key up again.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>Wheel entry that forgets an empty service; -1 = none.</summary>
    public int ForgetEntry { get; set; } = -1;

    /// <summary>Wheel time since which nothing is published and nobody subscribes.</summary>
    public long EmptySince { get; set; }

    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Listed identities.</summary>
    public int InstanceCount => Volatile.Read(ref _instanceCount);

    public int SubscriberCount => Volatile.Read(ref _subscriberCount);

    /// <summary>Revisions taken since the service is known; it may wrap.</summary>
    public int ChangeCount => Volatile.Read(ref _changeCount);

    /// <summary>When it may be pushed next. Belongs to its push worker's thread.</summary>
    public ref MergeWindow MergeWindow => ref _mergeWindow;

    public EmptyCause EmptyCause { get; private set; } = EmptyCause.NeverSeen;

    public bool IsEmptyHoldingGate => _visible.Count == 0 && _subscribers.Count == 0;

    /// <summary>Publishes or updates one instance.</summary>
    /// <returns>What readers notice.</returns>
    public bool PublishHoldingGates(RegistryClient client, Instance instance, long batch, out PublicationChange change)
    {
        _visible.TryGetValue(instance.Identity, out Publication? newest);
        Publication? own = newest;
        while (own is not null && own.Client != client)
        {
            own = own.Waiting;
        }

        if (own is not null)
        {
            own.Attachment = client.Attachment;
            own.Batch = batch;
            if (own.Instance.Equals(instance))
            {
                change = PublicationChange.None;
                return false;
            }

            // A changed registration is the newest one again.
            Unlink(own);
            change = PublicationChange.Updated;
        }
        else
        {
            own = new Publication { Client = client, Instance = instance, Attachment = client.Attachment, Batch = batch };
            client.AddHoldingGate(this, own);
            change = PublicationChange.Added;
        }

        own.Instance = instance;
        own.RegisteredAt = registry.Revisions.NextStamp();
        _visible.TryGetValue(instance.Identity, out Publication? older);
        own.Waiting = older;
        _visible[instance.Identity] = own;
        Volatile.Write(ref _instanceCount, _visible.Count);
        bool noticed = newest is null || newest == own || !newest.Instance.Equals(instance);
        return noticed && RecordHoldingGate(instance.Identity);
    }

    /// <summary>Takes a publication away; the newest waiting one takes its place.</summary>
    /// <returns>What readers notice.</returns>
    public bool WithdrawHoldingGates(Publication publication, EmptyCause cause)
    {
        bool wasListed = Unlink(publication);
        publication.Client.RemoveHoldingGate(this, publication);
        Volatile.Write(ref _instanceCount, _visible.Count);
        if (_visible.Count == 0)
        {
            EmptyCause = cause;
        }

        bool replacedByEqual = _visible.TryGetValue(publication.Instance.Identity, out Publication? now) && now.Instance.Equals(publication.Instance);
        return wasListed && !replacedByEqual && RecordHoldingGate(publication.Instance.Identity);
    }

    /// <summary>Finds what a client publishes under an identity.</summary>
    public Publication? FindHoldingGate(RegistryClient client, InstanceIdentity identity)
    {
        _visible.TryGetValue(identity, out Publication? publication);
        while (publication is not null && publication.Client != client)
        {
            publication = publication.Waiting;
        }

        return publication;
    }

    public bool IsListedHoldingGate(InstanceIdentity identity) => _visible.ContainsKey(identity);

    /// <summary>True when an identity would leave the list with this publication.</summary>
    public bool IsOnlyOneHoldingGate(Publication publication) => publication.Waiting is null && _visible[publication.Instance.Identity] == publication;

    /// <summary>Takes a revision for a change; the caller marks the service dirty when it has left the gate.</summary>
    public void ChangedHoldingGate()
    {
        _changedAt = registry.Revisions.NextStamp();
        _changeCount++;
        Volatile.Write(ref _revision, registry.Revisions.Next());
    }

    public void AddSubscriberHoldingGate(Subscription subscription)
    {
        subscription.IndexInService = _subscribers.Count;
        _subscribers.Add(subscription);
        Volatile.Write(ref _subscriberCount, _subscribers.Count);
    }

    public void RemoveSubscriberHoldingGate(Subscription subscription)
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

    /// <summary>Copies the subscribers, so that pushing holds no lock.</summary>
    public void CopySubscribers(List<Subscription> destination)
    {
        lock (ServiceGate)
        {
            destination.AddRange(_subscribers);
        }
    }

    public void ForgetHoldingGate() => IsForgotten = true;

    /// <summary>True on the edge from clean to dirty: the caller queues the service for its push worker.</summary>
    public bool TryMarkDirty() => Interlocked.Exchange(ref _dirty, Dirty) == Clean;

    /// <summary>The worker clears the mark before it reads the state, so a change after the read marks it again.</summary>
    public void ClearDirty() => Interlocked.Exchange(ref _dirty, Clean);

    /// <summary>True when <see cref="GetSnapshot"/> only returns what is there.</summary>
    public bool IsSnapshotCurrent => IsCurrent(Volatile.Read(ref _snapshot));

    /// <summary>The newest list; built here when the last one is older.</summary>
    public ServiceSnapshot GetSnapshot()
    {
        ServiceSnapshot? snapshot = Volatile.Read(ref _snapshot);
        return IsCurrent(snapshot) ? snapshot! : BuildSnapshot();
    }

    private bool IsCurrent(ServiceSnapshot? snapshot) =>
        snapshot is not null && snapshot.Revision == Revision && snapshot.IsProvisional == registry.IsProvisional;

    private ServiceSnapshot BuildSnapshot()
    {
        lock (ServiceGate)
        {
            if (IsCurrent(_snapshot))
            {
                return _snapshot!;
            }

            Instance[] instances = new Instance[_visible.Count];
            int count = 0;
            foreach (Publication publication in _visible.Values)
            {
                instances[count++] = publication.Instance;
            }

            bool isProvisional = registry.IsProvisional;
            ChangeInterval[] changes = isProvisional ? [] : _changes?.Build(_revision, _visible) ?? [];
            ServiceSnapshot snapshot = new(Key, registry.Epoch, _revision, _changedAt, isProvisional, EmptyCause, instances, changes);
            Volatile.Write(ref _snapshot, snapshot);
            return snapshot;
        }
    }

    /// <summary>Remembers that readers see something else under an identity. Nobody is sent differences of a list that is provisional or that nobody has.</summary>
    /// <returns>True.</returns>
    private bool RecordHoldingGate(InstanceIdentity identity)
    {
        if (_subscribers.Count == 0 || registry.IsProvisional)
        {
            _changes = null;
        }
        else
        {
            (_changes ??= new ChangeLog()).Record(identity, _snapshot, _revision);
        }

        return true;
    }

    /// <summary>Takes a publication out of its identity's chain; true when it was the listed one.</summary>
    private bool Unlink(Publication publication)
    {
        InstanceIdentity identity = publication.Instance.Identity;
        Publication newest = _visible[identity];
        if (newest == publication)
        {
            if (publication.Waiting is null)
            {
                _visible.Remove(identity);
            }
            else
            {
                _visible[identity] = publication.Waiting;
            }

            publication.Waiting = null;
            return true;
        }

        Publication before = newest;
        while (before.Waiting != publication)
        {
            before = before.Waiting!;
        }

        before.Waiting = publication.Waiting;
        publication.Waiting = null;
        return false;
    }
}
