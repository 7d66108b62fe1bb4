using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Push;
using FastRegistry.Wire.Messages;
using Instance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Registry.Services;

/// <summary>One service: what is published for it, what is set for it, who subscribes, and its newest list.</summary>
/// <remarks>
/// The service gate guards publications, metadata, overrides, subscribers and revision; it is short: no write costs more because the service is large. The list is
/// built by the first reader that finds the last one older than the revision. Methods that expect the gate say so. Lock order: client gate, then this one.
/// </remarks>
internal sealed class ServiceEntry
{
    private const int Clean = 0;
    private const int Dirty = 1;

    private readonly ServiceRegistry _registry;

    private ServiceSnapshot? _snapshot;
    private ServiceMetadata? _metadata;
    private SubscriberList _subscribers = new();
    private MergeWindow _mergeWindow;
    private ServiceVersion _version;
    private int _dirty;

    public ServiceEntry(ServiceKey key, ServiceRegistry registry)
    {
        Key = key;
        _registry = registry;
        Listing = new ServiceListing(this, registry);

        // Not 0: a service that was forgotten and returns must not seem older than what readers have of it.
        _version = new ServiceVersion(registry.Revisions.Current);
    }

    public ServiceKey Key { get; }

    /// <summary>Guards everything below.</summary>
    public Lock ServiceGate { get; } = new();

    /// <summary>What is published, and what of it is listed.</summary>
    public ServiceListing Listing { get; }

    /// <summary>True once it was taken out of the table; whoever still holds it looks the key up again.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>Wheel entry that forgets an empty service; -1 = none.</summary>
    public int ForgetEntry { get; set; } = -1;

    /// <summary>Wheel time since which nothing is published.</summary>
    public long EmptySince { get; set; }

    /// <summary>Fixed by the first registration or by its creation; null while only subscribed to, and after it has disappeared.</summary>
    public ServiceKind? Kind { get; private set; }

    /// <summary>What is set for it; null = nothing.</summary>
    public ServiceMetadata? Metadata => Volatile.Read(ref _metadata);

    public long Revision => _version.Revision;

    /// <summary>Listed identities.</summary>
    public int InstanceCount => Listing.Count;

    public int SubscriberCount => _subscribers.Count;

    /// <summary>Revisions taken since the service is known; it may wrap.</summary>
    public int ChangeCount => _version.Changes;

    /// <summary>When it may be pushed next. Belongs to its push worker's thread.</summary>
    public ref MergeWindow MergeWindow => ref _mergeWindow;

    /// <summary>The last list that was built; null = none.</summary>
    public ServiceSnapshot? LastSnapshot => Volatile.Read(ref _snapshot);

    /// <summary>True when <see cref="GetSnapshot"/> only returns what is there.</summary>
    public bool IsSnapshotCurrent => IsCurrent(Volatile.Read(ref _snapshot));

    /// <summary>Fixes the kind if it is not fixed yet; false when it is the other one.</summary>
    public bool TryFixKindHoldingGate(ServiceKind kind)
    {
        Kind ??= kind;
        return Kind == kind;
    }

    /// <summary>Sets what is set for the service; readers notice.</summary>
    public void SetMetadataHoldingGate(ServiceMetadata? metadata)
    {
        Volatile.Write(ref _metadata, metadata);

        // A delta cannot tell what a threshold or selector does to instances that have not changed.
        Listing.ForgetChanges();
    }

    /// <summary>Takes a revision for a change; the caller marks the service dirty when it has left the gate.</summary>
    public void ChangedHoldingGate() => _version.Next(Key, _registry);

    /// <summary>The answer to a registration that changed nothing.</summary>
    public byte[] UnchangedReplyHoldingGate() => _version.UnchangedReply();

    public void AddSubscriberHoldingGate(Subscription subscription) => _subscribers.Add(subscription);

    public void RemoveSubscriberHoldingGate(Subscription subscription) => _subscribers.Remove(subscription);

    /// <summary>Copies the subscribers, so that pushing holds no lock.</summary>
    public void CopySubscribers(List<Subscription> destination)
    {
        lock (ServiceGate)
        {
            _subscribers.CopyTo(destination);
        }
    }

    /// <summary>Everybody's publications, waiting ones included, with who made them. For operators: it costs time in proportion.</summary>
    public List<(RegistryClient Client, Instance Instance)> CopyPublications()
    {
        lock (ServiceGate)
        {
            return Listing.CopyPublications();
        }
    }

    /// <summary>The service has been empty for its time: what was set for it goes, its kind is free again, and without subscribers it leaves the table.</summary>
    public void DisappearHoldingGate()
    {
        Kind = null;
        SetMetadataHoldingGate(null);
        Listing.DropOverrides();
        IsForgotten = _subscribers.Count == 0;
    }

    /// <summary>True when nothing is published.</summary>
    public bool IsEmptyHoldingGate => Listing.Count == 0;

    /// <summary>True on the edge from clean to dirty: the caller queues the service for its push worker.</summary>
    public bool TryMarkDirty() => Interlocked.Exchange(ref _dirty, Dirty) == Clean;

    /// <summary>The worker clears the mark before it reads the state, so a change after the read marks it again.</summary>
    public void ClearDirty() => Interlocked.Exchange(ref _dirty, Clean);

    /// <summary>The newest list; built here when the last one is older.</summary>
    public ServiceSnapshot GetSnapshot()
    {
        ServiceSnapshot? snapshot = Volatile.Read(ref _snapshot);
        return IsCurrent(snapshot) ? snapshot! : BuildSnapshot();
    }

    private bool IsCurrent(ServiceSnapshot? snapshot) =>
        snapshot is not null && snapshot.Revision == Revision && snapshot.IsProvisional == _registry.IsProvisional;

    private ServiceSnapshot BuildSnapshot()
    {
        lock (ServiceGate)
        {
            if (IsCurrent(_snapshot))
            {
                return _snapshot!;
            }

            bool isProvisional = _registry.IsProvisional;
            ServiceSnapshot snapshot = new(Key, _registry.Epoch, _version.Revision, _version.ChangedAt, isProvisional, Listing.EmptyCause, Listing.BuildInstances())
            {
                Changes = isProvisional ? [] : Listing.BuildChanges(_version.Revision),
                Metadata = _metadata,
                Labels = _registry.Labels,
            };
            Volatile.Write(ref _snapshot, snapshot);
            return snapshot;
        }
    }
}
