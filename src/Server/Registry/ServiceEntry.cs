using FastRegistry.Server.Push;
using FastRegistry.Server.Registry.Metadata;
using FastRegistry.Server.Registry.Overrides;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Server.Registry;

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
    private readonly PublicationSet _publications;

    private ServiceSnapshot? _snapshot;
    private ChangeLog? _changes;
    private ServiceMetadata? _metadata;
    private ServiceOverrides? _overrides;
    private SubscriberList _subscribers = new();
    private MergeWindow _mergeWindow;
    private byte[]? _unchangedReply;
    private long _unchangedReplyRevision;
    private long _revision;
    private long _changedAt;
    private int _instanceCount;
    private long _window = -1;
    private int _windowChanges;
    private int _changeCount;
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
    public Lock ServiceGate { get; } = new();

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

    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Listed identities.</summary>
    public int InstanceCount => Volatile.Read(ref _instanceCount);

    public int SubscriberCount => _subscribers.Count;

    /// <summary>Revisions taken since the service is known; it may wrap.</summary>
    public int ChangeCount => Volatile.Read(ref _changeCount);

    /// <summary>When it may be pushed next. Belongs to its push worker's thread.</summary>
    public ref MergeWindow MergeWindow => ref _mergeWindow;

    public EmptyCause EmptyCause { get; private set; } = EmptyCause.NeverSeen;

    /// <summary>True when <see cref="GetSnapshot"/> only returns what is there.</summary>
    public bool IsSnapshotCurrent => IsCurrent(Volatile.Read(ref _snapshot));

    /// <summary>Publishes or updates one instance.</summary>
    /// <param name="client">Its owner.</param>
    /// <param name="instance">The instance; afterwards with the id that was made for it.</param>
    /// <param name="batch">Number of the operation.</param>
    /// <param name="registeredAt">Time stamp of the owner's node; 0 = now, on this one.</param>
    /// <param name="change">What happened to the client's publication.</param>
    /// <returns>What readers notice.</returns>
    public bool PublishHoldingGates(RegistryClient client, ref Instance instance, long batch, long registeredAt, out PublicationChange change)
    {
        Publication? listed = _publications.Find(instance.Name);
        Publication? own = PublicationSet.Find(listed, client);
        if (PreservedMetadata.AwaitsId(instance))
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
                // It is the newest and stays so: the usual change finds its place once.
                own.Instance = instance;
                own.RegisteredAt = _registry.Revisions.NextStamp();
                return ListedHoldingGate(own, shown);
            }

            // A changed registration is the newest one again.
            _publications.Remove(own);
        }
        else
        {
            own = new Publication { Client = client, Instance = instance, Attachment = client.Attachment, Batch = batch };
            client.AddHoldingGate(this, own);
            change = PublicationChange.Added;
        }

        own.Instance = instance;
        own.RegisteredAt = registeredAt == 0 ? _registry.Revisions.NextStamp() : _registry.Revisions.Observe(registeredAt);
        _publications.Add(own);
        Volatile.Write(ref _instanceCount, _publications.Count);
        return ListedHoldingGate(registeredAt == 0 ? own : _publications.Find(instance.Name)!, shown);
    }

    /// <summary>Sets the health of a publication where it stands: unlike a new registration it does not make it the newest of its identity.</summary>
    /// <returns>What readers notice.</returns>
    public bool SetHealthHoldingGates(Publication publication, bool healthy)
    {
        Publication listed = _publications.Find(publication.Instance.Name)!;
        Instance shown = Show(listed);
        publication.Instance = publication.Instance.WithHealth(healthy);
        return ListedHoldingGate(listed, shown);
    }

    /// <summary>Takes a publication away; the newest waiting one takes its place.</summary>
    /// <returns>What readers notice.</returns>
    public bool WithdrawHoldingGates(Publication publication, EmptyCause cause)
    {
        InstanceIdentity identity = publication.Instance.Identity;
        Instance shown = Show(_publications.Find(publication.Instance.Name)!);
        _publications.Remove(publication);
        publication.Client.RemoveHoldingGate(this, publication);
        Volatile.Write(ref _instanceCount, _publications.Count);
        if (_publications.Count == 0)
        {
            EmptyCause = cause;
        }

        return ListedHoldingGate(identity, _publications.Find(identity.Name), shown);
    }

    /// <summary>Finds what a client publishes under an identity.</summary>
    public Publication? FindHoldingGate(RegistryClient client, InstanceName name) => PublicationSet.Find(_publications.Find(name), client);

    /// <summary>Finds what is listed under an identity.</summary>
    public Publication? FindHoldingGate(InstanceName name) => _publications.Find(name);

    /// <summary>True when an identity would leave the list with this publication.</summary>
    public bool IsOnlyOneHoldingGate(Publication publication) => _publications.IsOnlyOne(publication);

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
        _changes = null;
    }

    /// <summary>Sets an override for what is listed under an identity; null when the node holds as many as it may, else what readers notice.</summary>
    public bool? SetOverrideHoldingGate(Publication listed, InstanceOverride value)
    {
        InstanceIdentity identity = listed.Instance.Identity;
        Instance? shown = ShownHoldingGate(identity);
        _overrides ??= new ServiceOverrides(this, _registry.OverrideExpiry);
        return _overrides.TrySet(listed, value) ? NoticeHoldingGate(identity, ShownHoldingGate(identity), shown) : null;
    }

    /// <summary>Takes an override away.</summary>
    /// <returns>What readers notice.</returns>
    public bool RemoveOverrideHoldingGate(InstanceIdentity identity)
    {
        Instance? shown = ShownHoldingGate(identity);
        return _overrides is not null && _overrides.Drop(identity) && NoticeHoldingGate(identity, ShownHoldingGate(identity), shown);
    }

    /// <summary>True while there are overrides, in force or waiting for their clients to return.</summary>
    public bool HasOverridesHoldingGate => _overrides is { Count: > 0 };

    /// <summary>The override at an identity, in force or waiting for its client to return.</summary>
    public InstanceOverride? FindOverrideHoldingGate(InstanceIdentity identity) => _overrides?.Find(identity)?.Value;

    public KeyValuePair<InstanceIdentity, InstanceOverride>[] CopyOverrides()
    {
        lock (ServiceGate)
        {
            return _overrides?.ToArray() ?? [];
        }
    }

    /// <summary>An override's time after its instance may be over. Nothing is listed under its identity then, so no reader notices.</summary>
    /// <returns>Null when it is done with; else the time from which to wait again.</returns>
    public long? ExpireOverride(InstanceIdentity identity, OverrideEntry entry, long since)
    {
        lock (ServiceGate)
        {
            if (!entry.IsDropped && entry.GoneSince >= 0 && entry.GoneSince != since)
            {
                return entry.GoneSince;
            }

            entry.IsQueued = false;
            if (entry.IsDropped)
            {
                _registry.OverrideExpiry.Uncount();
            }
            else if (entry.GoneSince >= 0)
            {
                _overrides!.Drop(identity);
            }

            return null;
        }
    }

    /// <summary>Takes a revision for a change; the caller marks the service dirty when it has left the gate.</summary>
    public void ChangedHoldingGate()
    {
        _changedAt = _registry.Revisions.NextStamp();
        _changeCount++;
        Volatile.Write(ref _revision, _registry.Revisions.Next());
        long window = _registry.Busiest.Window;
        _windowChanges = window == _window ? _windowChanges + 1 : 1;
        _window = window;
        _registry.Busiest.Note(Key, window, _windowChanges);
    }

    /// <summary>The answer to a registration that changed nothing, encoded once per revision and shared.</summary>
    public byte[] UnchangedReplyHoldingGate()
    {
        if (_unchangedReply is null || _unchangedReplyRevision != _revision)
        {
            _unchangedReply = new RegisterReply { Revision = (ulong)_revision }.ToByteArray();
            _unchangedReplyRevision = _revision;
        }

        return _unchangedReply;
    }

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
        List<(RegistryClient Client, Instance Instance)> all = [];
        lock (ServiceGate)
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

    /// <summary>The service has been empty for its time: what was set for it goes, its kind is free again, and without subscribers it leaves the table.</summary>
    public void DisappearHoldingGate()
    {
        Kind = null;
        SetMetadataHoldingGate(null);
        _overrides?.DropAll();
        IsForgotten = _subscribers.Count == 0;
    }

    /// <summary>True when nothing is published.</summary>
    public bool IsEmptyHoldingGate => _publications.Count == 0;

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

    /// <summary>What is shown under an identity; null = nothing.</summary>
    public Instance? ShownHoldingGate(InstanceIdentity identity) => _publications.Find(identity.Name) is { } listed ? Show(listed) : null;

    private Instance Show(Publication listed) => _overrides is null ? listed.Instance : _overrides.Show(listed);

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

            Instance[] instances = new Instance[_publications.Count];
            int count = 0;
            foreach (Publication publication in _publications.Listed)
            {
                instances[count++] = Show(publication);
            }

            bool isProvisional = _registry.IsProvisional;
            ServiceSnapshot snapshot = new(Key, _registry.Epoch, _revision, _changedAt, isProvisional, EmptyCause, instances)
            {
                Changes = isProvisional ? [] : _changes?.BuildHoldingGate(_revision, this) ?? [],
                Metadata = _metadata,
                Labels = _registry.Labels,
            };
            Volatile.Write(ref _snapshot, snapshot);
            return snapshot;
        }
    }

    private bool ListedHoldingGate(Publication listed, Instance? shownBefore) => ListedHoldingGate(listed.Instance.Identity, listed, shownBefore);

    /// <summary>Something else may be listed under an identity.</summary>
    private bool ListedHoldingGate(InstanceIdentity identity, Publication? listed, Instance? shownBefore)
    {
        _overrides?.Listed(identity, listed);
        return NoticeHoldingGate(identity, listed is null ? null : Show(listed), shownBefore);
    }

    /// <summary>Remembers that readers see something else under an identity. Nobody is sent differences of a list that is provisional or that nobody has.</summary>
    /// <returns>Whether they do.</returns>
    private bool NoticeHoldingGate(InstanceIdentity identity, Instance? shown, Instance? shownBefore)
    {
        if (shown is null ? shownBefore is null : shown.Equals(shownBefore))
        {
            return false;
        }

        if (_subscribers.Count == 0 || _registry.IsProvisional)
        {
            _changes = null;
        }
        else
        {
            (_changes ??= new ChangeLog()).Record(identity, _snapshot, _revision);
        }

        return true;
    }
}
