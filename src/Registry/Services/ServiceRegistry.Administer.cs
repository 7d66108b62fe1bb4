using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Overrides;

namespace FastRegistry.Registry.Services;

/// <summary>The outcome of an operator's change of a service.</summary>
internal enum AdministrationOutcome
{
    /// <summary>It was done, or was so already.</summary>
    Done,

    /// <summary>There is no such service.</summary>
    NoSuchService,

    /// <summary>Nothing is listed under the identity.</summary>
    NoSuchInstance,

    /// <summary>The service is there already.</summary>
    Exists,

    /// <summary>It still has instances.</summary>
    NotEmpty,

    /// <summary><c>Limits:Services</c> or <c>Limits:Overrides</c> is reached.</summary>
    LimitReached,
}

/// <content>
/// Administer: operators create and delete services, set their metadata, and override instances. Everything happens under the service's lock in one step with
/// the revision, so subscribers hear of a new threshold or override by a push like any other. Values are checked by the caller. A restart begins without
/// them: they are in memory only, until there is a persistent store.
/// </content>
internal sealed partial class ServiceRegistry
{
    /// <summary>Makes a service before anybody registers. It disappears again when it stays without instances.</summary>
    public AdministrationOutcome CreateService(ServiceKey key, ServiceKind kind, ServiceMetadata metadata)
    {
        while (true)
        {
            ServiceEntry? entry = FindOrAdd(key);
            if (entry is null)
            {
                return AdministrationOutcome.LimitReached;
            }

            lock (entry.ServiceLock)
            {
                if (entry.IsForgotten)
                {
                    continue;
                }

                if (entry.Kind is not null)
                {
                    return AdministrationOutcome.Exists;
                }

                entry.TryFixKindLocked(kind);
                SetMetadataLocked(entry, metadata);
                return AdministrationOutcome.Done;
            }
        }
    }

    /// <summary>Changes what is set for a service.</summary>
    /// <param name="key">The service.</param>
    /// <param name="change">Makes the new metadata of the present one; called with the lock held: short, and no calls back.</param>
    public AdministrationOutcome UpdateMetadata(ServiceKey key, Func<ServiceMetadata, ServiceMetadata> change)
    {
        if (!_services.TryGet(key, out ServiceEntry? entry))
        {
            return AdministrationOutcome.NoSuchService;
        }

        lock (entry.ServiceLock)
        {
            if (entry.Kind is null)
            {
                return AdministrationOutcome.NoSuchService;
            }

            SetMetadataLocked(entry, change(entry.Metadata ?? new ServiceMetadata()));
            return AdministrationOutcome.Done;
        }
    }

    /// <summary>Deletes a service without instances, with what is set for it; its kind is free again.</summary>
    public AdministrationOutcome DeleteService(ServiceKey key)
    {
        if (!_services.TryGet(key, out ServiceEntry? entry))
        {
            return AdministrationOutcome.NoSuchService;
        }

        lock (entry.ServiceLock)
        {
            if (entry.Kind is null)
            {
                return AdministrationOutcome.NoSuchService;
            }

            if (!entry.IsEmptyLocked)
            {
                return AdministrationOutcome.NotEmpty;
            }

            // Out of the table now, so that it can be made again with another kind; with subscribers the entry stays, as if only they had ever been.
            DeleteLocked(entry);
            return AdministrationOutcome.Done;
        }
    }

    /// <summary>Sets or changes the override of what is listed under an identity.</summary>
    /// <param name="key">The service.</param>
    /// <param name="identity">Which instance.</param>
    /// <param name="change">Makes the new override of the registered instance and the present override; called with the lock held. An empty one takes it
    /// away.</param>
    public AdministrationOutcome SetOverride(ServiceKey key, InstanceIdentity identity, Func<Instance, InstanceOverride, InstanceOverride> change)
    {
        if (!_services.TryGet(key, out ServiceEntry? entry))
        {
            return AdministrationOutcome.NoSuchService;
        }

        lock (entry.ServiceLock)
        {
            if (entry.FindLocked(identity.Name) is not { } listed)
            {
                return entry.Kind is null ? AdministrationOutcome.NoSuchService : AdministrationOutcome.NoSuchInstance;
            }

            InstanceOverride? present = entry.FindOverrideLocked(identity);
            InstanceOverride value = change(listed.Instance, present ?? new InstanceOverride());
            if (present is null && value.IsEmpty)
            {
                return AdministrationOutcome.Done;
            }

            bool? noticed = value.IsEmpty ? entry.RemoveOverrideLocked(identity) : entry.SetOverrideLocked(listed, value);
            if (noticed is not { } changed)
            {
                return AdministrationOutcome.LimitReached;
            }

            FinishLocked(entry, changed);
            Events.Publish(new InstanceOverrideChanged(entry.Key, identity, IsSet: !value.IsEmpty, entry.Revision));
            return AdministrationOutcome.Done;
        }
    }

    private void SetMetadataLocked(ServiceEntry entry, ServiceMetadata metadata)
    {
        entry.SetMetadataLocked(metadata);
        FinishLocked(entry, changed: true);
        Events.Publish(new ServiceMetadataChanged(entry.Key, entry.Revision));
    }
}
