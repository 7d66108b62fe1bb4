using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Overrides;

/// <summary>The overrides of one service, by identity. Made with the first one.</summary>
/// <remarks>Part of a <see cref="ServiceEntry"/>, guarded by its gate.</remarks>
internal sealed class ServiceOverrides(ServiceEntry service, OverrideExpiry expiry)
{
    private readonly Dictionary<InstanceIdentity, OverrideEntry> _entries = [];

    public int Count => _entries.Count;

    public OverrideEntry? Find(InstanceIdentity identity) => _entries.GetValueOrDefault(identity);

    /// <summary>How what is listed under an identity looks.</summary>
    public Instance Show(Publication publication) =>
        _entries.TryGetValue(publication.Instance.Identity, out OverrideEntry? entry) ? entry.Show(publication.Instance) : publication.Instance;

    /// <summary>Sets an override for what is listed; false when the node holds as many as it may.</summary>
    public bool TrySet(Publication publication, InstanceOverride value)
    {
        InstanceIdentity identity = publication.Instance.Identity;
        if (_entries.TryGetValue(identity, out OverrideEntry? entry))
        {
            entry.Replace(value);
            return true;
        }

        if (!expiry.TryCount())
        {
            return false;
        }

        _entries.Add(identity, new OverrideEntry(value, publication.Client, publication.Instance));
        return true;
    }

    /// <summary>Something else is listed under an identity now, or nothing any more.</summary>
    public void Listed(InstanceIdentity identity, Publication? publication)
    {
        if (!_entries.TryGetValue(identity, out OverrideEntry? entry))
        {
            return;
        }

        if (publication is null)
        {
            expiry.GoneHoldingGate(service, identity, entry);
        }
        else if (entry.HoldsFor(publication))
        {
            entry.GoneSince = -1;
        }
        else
        {
            Drop(identity, entry);
        }
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
