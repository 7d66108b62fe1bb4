using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;

namespace FastRegistry.Registry.Services;

/// <content>Overrides: operators show other values than the registered ones.</content>
internal sealed partial class ServiceEntry : IOverriddenService
{
    private ServiceOverrides? _overrides;

    /// <summary>True while there are overrides, in force or waiting for their clients to return.</summary>
    public bool HasOverridesLocked => _overrides is { Count: > 0 };

    /// <summary>The override at an identity, in force or waiting for its client to return.</summary>
    public InstanceOverride? FindOverrideLocked(InstanceIdentity identity) => _overrides?.Find(identity)?.Value;

    public KeyValuePair<InstanceIdentity, InstanceOverride>[] CopyOverridesLocked() => _overrides?.ToArray() ?? [];

    /// <summary>Sets an override for what is listed under an identity; null when the node holds as many as it may, else what readers notice.</summary>
    public bool? SetOverrideLocked(Publication listed, InstanceOverride value)
    {
        InstanceIdentity identity = listed.Instance.Identity;
        Instance? shown = ShownLocked(identity);
        _overrides ??= new ServiceOverrides(this, _registry.Overrides);
        return _overrides.TrySet(listed.Instance, listed.Client.Key, listed.Client.Kind, value) ? NoticeLocked(identity, ShownLocked(identity), shown) : null;
    }

    /// <summary>Takes an override away.</summary>
    /// <returns>True when readers see a change.</returns>
    public bool RemoveOverrideLocked(InstanceIdentity identity)
    {
        Instance? shown = ShownLocked(identity);
        return _overrides is not null && _overrides.Drop(identity) && NoticeLocked(identity, ShownLocked(identity), shown);
    }

    /// <remarks>Nothing is listed under the identity then, so no reader notices.</remarks>
    long? IOverriddenService.ExpireOverride(InstanceIdentity identity, OverrideEntry entry, long since)
    {
        lock (ServiceLock)
        {
            return _overrides!.Expire(identity, entry, since);
        }
    }

    /// <summary>Something else is listed under an identity now, or nothing any more.</summary>
    private static void NoteListedLocked(ServiceOverrides overrides, InstanceIdentity identity, Publication? listed)
    {
        if (overrides.Find(identity) is not { } entry)
        {
            return;
        }

        if (listed is null)
        {
            overrides.Gone(identity, entry);
        }
        else
        {
            overrides.Listed(identity, entry, listed.Instance, listed.Client.Key);
        }
    }
}
