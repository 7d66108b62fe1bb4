using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;
using FastRegistry.Wire.Messages;
using Instance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Registry.Services;

/// <summary>What is published for a service, what of it is listed, how overrides show it, and what of that has changed since the last list.</summary>
/// <remarks>Part of a <see cref="ServiceEntry"/>, guarded by its gate; <see cref="Count"/> is read by any thread.</remarks>
internal sealed class ServiceListing(ServiceEntry service, ServiceRegistry registry)
{
    private readonly PublicationSet _publications = new(registry.Epoch.Node);
    private ServiceOverrides? _overrides;
    private ChangeLog? _changes;
    private int _count;

    /// <summary>Listed identities.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Why nothing is listed.</summary>
    public EmptyCause EmptyCause { get; private set; } = EmptyCause.NeverSeen;

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
            instance = instance.WithId((hasOne ? own!.Instance.ReadInstanceId() : null) ?? registry.NextInstanceId(service.Key, instance.Identity));
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
                own.RegisteredAt = registry.Revisions.NextStamp();
                return ListedHoldingGate(own, shown);
            }

            // A changed registration is the newest one again.
            _publications.Remove(own);
        }
        else
        {
            own = new Publication { Client = client, Instance = instance, Attachment = client.Attachment, Batch = batch };
            client.AddHoldingGate(service, own);
            change = PublicationChange.Added;
        }

        own.Instance = instance;
        own.RegisteredAt = registeredAt == 0 ? registry.Revisions.NextStamp() : registry.Revisions.Observe(registeredAt);
        _publications.Add(own);
        Volatile.Write(ref _count, _publications.Count);
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
        publication.Client.RemoveHoldingGate(service, publication);
        Volatile.Write(ref _count, _publications.Count);
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

    /// <summary>Sets an override for what is listed under an identity; null when the node holds as many as it may, else what readers notice.</summary>
    public bool? SetOverrideHoldingGate(Publication listed, InstanceOverride value)
    {
        InstanceIdentity identity = listed.Instance.Identity;
        Instance? shown = ShownHoldingGate(identity);
        _overrides ??= new ServiceOverrides(service, registry.OverrideExpiry);
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

    public KeyValuePair<InstanceIdentity, InstanceOverride>[] CopyOverridesHoldingGate() => _overrides?.ToArray() ?? [];

    /// <summary>An override's time after its instance may be over. Nothing is listed under its identity then, so no reader notices.</summary>
    /// <returns>Null when it is done with; else the time from which to wait again.</returns>
    public long? ExpireOverrideHoldingGate(InstanceIdentity identity, OverrideEntry entry, long since)
    {
        if (!entry.IsDropped && entry.GoneSince >= 0 && entry.GoneSince != since)
        {
            return entry.GoneSince;
        }

        entry.IsQueued = false;
        if (entry.IsDropped)
        {
            registry.OverrideExpiry.Uncount();
        }
        else if (entry.GoneSince >= 0)
        {
            _overrides!.Drop(identity);
        }

        return null;
    }

    /// <summary>What is shown under an identity; null = nothing.</summary>
    public Instance? ShownHoldingGate(InstanceIdentity identity) => _publications.Find(identity.Name) is { } listed ? Show(listed) : null;

    /// <summary>What is listed, as it is shown.</summary>
    public Instance[] BuildInstances()
    {
        Instance[] instances = new Instance[_publications.Count];
        int count = 0;
        foreach (Publication publication in _publications.Listed)
        {
            instances[count++] = Show(publication);
        }

        return instances;
    }

    /// <summary>The intervals of changes that end with this revision.</summary>
    public ChangeInterval[] BuildChanges(long revision) => _changes?.BuildHoldingGate(revision, service) ?? [];

    /// <summary>The next push is a whole list.</summary>
    public void ForgetChanges() => _changes = null;

    /// <summary>Everybody's publications, waiting ones included.</summary>
    public List<(RegistryClient Client, Instance Instance)> CopyPublications()
    {
        List<(RegistryClient Client, Instance Instance)> all = [];
        foreach (Publication listed in _publications.Listed)
        {
            for (Publication? publication = listed; publication is not null; publication = publication.Waiting)
            {
                all.Add((publication.Client, publication.Instance));
            }
        }

        return all;
    }

    /// <summary>The service goes: no override is left.</summary>
    public void DropOverrides() => _overrides?.DropAll();

    private Instance Show(Publication listed) => _overrides is null ? listed.Instance : _overrides.Show(listed);

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

        if (service.SubscriberCount == 0 || registry.IsProvisional)
        {
            _changes = null;
        }
        else
        {
            (_changes ??= new ChangeLog()).Record(identity, service.LastSnapshot, service.Revision);
        }

        return true;
    }
}
