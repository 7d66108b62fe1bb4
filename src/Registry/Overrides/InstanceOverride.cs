using System.Collections.Immutable;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;

namespace FastRegistry.Registry.Overrides;

/// <summary>Values that an operator shows in place of the registered ones. Immutable.</summary>
internal sealed record InstanceOverride
{
    /// <summary>0 … 10,000; null = as registered.</summary>
    public double? Weight { get; init; }

    /// <summary>Null = as registered.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Put over the registered metadata, key by key.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ServiceMetadata.NoData;

    /// <summary>Nothing differs from what is registered.</summary>
    public bool IsEmpty => Weight is null && Enabled is null && Metadata.IsEmpty;

    /// <summary>An instance as it is shown.</summary>
    public Instance Over(Instance registered) => registered.Overridden(Weight ?? registered.Weight, Enabled ?? registered.Enabled, Metadata.IsEmpty ? null : Merge(registered.ReadMetadata()));

    private ImmutableArray<KeyValuePair<string, string>> Merge(ImmutableArray<KeyValuePair<string, string>> registered)
    {
        ImmutableArray<KeyValuePair<string, string>>.Builder merged = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(registered.Length + Metadata.Count);
        foreach (KeyValuePair<string, string> own in registered)
        {
            merged.Add(Metadata.TryGetValue(own.Key, out string? value) ? KeyValuePair.Create(own.Key, value) : own);
        }

        foreach (KeyValuePair<string, string> over in Metadata)
        {
            if (!registered.Any(own => own.Key == over.Key))
            {
                merged.Add(over);
            }
        }

        return merged.DrainToImmutable();
    }
}

/// <summary>An override at one identity of a service, with whose instance it is and since when that is gone.</summary>
/// <remarks>Guarded by the service's lock.</remarks>
internal sealed class OverrideEntry(InstanceOverride value, ClientKey owner, ClientKind ownerKind, Instance registered)
{
    private readonly bool _comparesMetadata = ownerKind is ClientKind.IpPort or ClientKind.PersistentIpPort;
    private Instance _registered = registered;
    private Instance? _shown;

    public InstanceOverride Value { get; private set; } = value;

    /// <summary>Wheel time since which nothing is published under the identity; -1 = something is.</summary>
    public long GoneSince { get; set; } = -1;

    /// <summary>It is in the queue of overrides to expire.</summary>
    public bool IsQueued { get; set; }

    /// <summary>It was taken out of its service.</summary>
    public bool IsDropped { get; set; }

    public void Replace(InstanceOverride value)
    {
        Value = value;
        _shown = null;
    }

    /// <summary>The instance with the override over it; made once per registration, so that its encoded form is shared.</summary>
    public Instance Show(Instance registered)
    {
        if (_shown is null || !ReferenceEquals(_registered, registered))
        {
            _registered = registered;
            _shown = Value.Over(registered);
        }

        return _shown;
    }

    /// <summary>True when it continues for an instance that is listed now: it has the same client instance id, or the same ip and port with unchanged
    /// metadata. An ip and port may be another process after a restart; metadata is all there is to tell.</summary>
    public bool HoldsFor(Instance registered, ClientKey client) => client == owner && (!_comparesMetadata || registered.HasMetadataOf(_registered));
}

/// <summary>The overrides of one service, by identity. Made with the first one.</summary>
/// <remarks>Part of its service, guarded by the lock of that.</remarks>
internal sealed class ServiceOverrides(IOverriddenService service, OverrideExpiry expiry)
{
    private readonly Dictionary<InstanceIdentity, OverrideEntry> _entries = [];

    public int Count => _entries.Count;

    public OverrideEntry? Find(InstanceIdentity identity) => _entries.GetValueOrDefault(identity);

    /// <summary>Returns a listed instance as readers see it.</summary>
    public Instance Show(Instance listed) => _entries.TryGetValue(listed.Identity, out OverrideEntry? entry) ? entry.Show(listed) : listed;

    /// <summary>Sets an override for what is listed; false when the node holds as many as it may.</summary>
    /// <param name="listed">The instance as it was registered.</param>
    /// <param name="owner">Its client.</param>
    /// <param name="ownerKind">How that is attached.</param>
    /// <param name="value">What to show.</param>
    public bool TrySet(Instance listed, ClientKey owner, ClientKind ownerKind, InstanceOverride value)
    {
        InstanceIdentity identity = listed.Identity;
        if (_entries.TryGetValue(identity, out OverrideEntry? entry))
        {
            entry.Replace(value);
            return true;
        }

        if (!expiry.TryCount())
        {
            return false;
        }

        _entries.Add(identity, new OverrideEntry(value, owner, ownerKind, listed));
        return true;
    }

    /// <summary>Something else is listed under an identity now.</summary>
    public void Listed(InstanceIdentity identity, OverrideEntry entry, Instance listed, ClientKey client)
    {
        if (entry.HoldsFor(listed, client))
        {
            entry.GoneSince = -1;
        }
        else
        {
            Drop(identity, entry);
        }
    }

    /// <summary>Nothing is listed under an identity any more: the override waits for its client to return.</summary>
    public void Gone(InstanceIdentity identity, OverrideEntry entry) => expiry.AddLocked(service, identity, entry);

    /// <summary>An override's time after its instance may be over.</summary>
    /// <returns>Null when it is done with; else the time from which to wait again.</returns>
    public long? Expire(InstanceIdentity identity, OverrideEntry entry, long since)
    {
        if (!entry.IsDropped && entry.GoneSince >= 0 && entry.GoneSince != since)
        {
            return entry.GoneSince;
        }

        entry.IsQueued = false;
        if (entry.IsDropped)
        {
            expiry.Uncount();
        }
        else if (entry.GoneSince >= 0)
        {
            Drop(identity);
        }

        return null;
    }

    /// <summary>Takes an override away; false when there is none.</summary>
    public bool Drop(InstanceIdentity identity)
    {
        if (!_entries.TryGetValue(identity, out OverrideEntry? entry))
        {
            return false;
        }

        Drop(identity, entry);
        return true;
    }

    /// <summary>The service goes: nothing of it is left.</summary>
    public void DropAll()
    {
        foreach ((InstanceIdentity identity, OverrideEntry entry) in _entries.ToArray())
        {
            Drop(identity, entry);
        }
    }

    public KeyValuePair<InstanceIdentity, InstanceOverride>[] ToArray() =>
        [.. _entries.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Value))];

    private void Drop(InstanceIdentity identity, OverrideEntry entry)
    {
        _entries.Remove(identity);
        entry.IsDropped = true;
        if (!entry.IsQueued)
        {
            expiry.Uncount();
        }
    }
}
