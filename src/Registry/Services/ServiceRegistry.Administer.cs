using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Overrides;

namespace FastRegistry.Registry.Services;

/// <summary>What operators change: services made and deleted by hand, their metadata, and overrides of instances.</summary>
/// <remarks>
/// One per node; any thread. Everything happens under the service's gate in one step with the revision, so subscribers hear of a new threshold or override by a push
/// like any other. Values are checked by the caller. In memory: a restart begins without, until there is a persistent store.
/// </remarks>
internal sealed class ServiceAdministration(ServiceRegistry registry)
{
    /// <summary>Makes a service before anybody registers. It disappears again when it stays without instances.</summary>
    public AdministrationOutcome Create(ServiceKey key, ServiceKind kind, ServiceMetadata metadata)
    {
        while (true)
        {
            ServiceEntry? entry = registry.Changes.FindOrAdd(key);
            if (entry is null)
            {
                return AdministrationOutcome.LimitReached;
            }

            lock (entry.ServiceGate)
            {
                if (entry.IsForgotten)
                {
                    continue;
                }

                if (entry.Kind is not null)
                {
                    return AdministrationOutcome.Exists;
                }

                entry.TryFixKindHoldingGate(kind);
                SetMetadataHoldingGate(entry, metadata);
                return AdministrationOutcome.Done;
            }
        }
    }

    /// <summary>Changes what is set for a service.</summary>
    /// <param name="key">The service.</param>
    /// <param name="change">Makes the new metadata of the present one; called with the gate held: short, and no calls back.</param>
    public AdministrationOutcome Update(ServiceKey key, Func<ServiceMetadata, ServiceMetadata> change)
    {
        if (!registry.Services.TryGet(key, out ServiceEntry? entry))
        {
            return AdministrationOutcome.NoSuchService;
        }

        lock (entry.ServiceGate)
        {
            if (entry.Kind is null)
            {
                return AdministrationOutcome.NoSuchService;
            }

            SetMetadataHoldingGate(entry, change(entry.Metadata ?? new ServiceMetadata()));
            return AdministrationOutcome.Done;
        }
    }

    /// <summary>Deletes a service without instances, with what is set for it; its kind is free again.</summary>
    public AdministrationOutcome Delete(ServiceKey key)
    {
        if (!registry.Services.TryGet(key, out ServiceEntry? entry))
        {
            return AdministrationOutcome.NoSuchService;
        }

        lock (entry.ServiceGate)
        {
            if (entry.Kind is null)
            {
                return AdministrationOutcome.NoSuchService;
            }

            if (!entry.IsEmptyHoldingGate)
            {
                return AdministrationOutcome.NotEmpty;
            }

            // Out of the table now, so that it can be made again with another kind; with subscribers the entry stays, as if only they had ever been.
            registry.Changes.DeleteHoldingGate(entry);
            return AdministrationOutcome.Done;
        }
    }

    /// <summary>Sets or changes the override of what is listed under an identity.</summary>
    /// <param name="key">The service.</param>
    /// <param name="identity">Which instance.</param>
    /// <param name="change">Makes the new override of the registered instance and the present override; called with the gate held. An empty one takes it
    /// away.</param>
    public AdministrationOutcome Override(ServiceKey key, InstanceIdentity identity, Func<Instance, InstanceOverride, InstanceOverride> change)
    {
        if (!registry.Services.TryGet(key, out ServiceEntry? entry))
        {
            return AdministrationOutcome.NoSuchService;
        }

        lock (entry.ServiceGate)
        {
            if (entry.Listing.FindHoldingGate(identity.Name) is not { } listed)
            {
                return entry.Kind is null ? AdministrationOutcome.NoSuchService : AdministrationOutcome.NoSuchInstance;
            }

            InstanceOverride? present = entry.Listing.FindOverrideHoldingGate(identity);
            InstanceOverride value = change(listed.Instance, present ?? new InstanceOverride());
            if (present is null && value.IsEmpty)
            {
                return AdministrationOutcome.Done;
            }

            bool? noticed = value.IsEmpty ? entry.Listing.RemoveOverrideHoldingGate(identity) : entry.Listing.SetOverrideHoldingGate(listed, value);
            if (noticed is not { } changed)
            {
                return AdministrationOutcome.LimitReached;
            }

            registry.Changes.FinishHoldingGate(entry, changed);
            registry.Events.Publish(new InstanceOverrideChanged(entry.Key, identity, IsSet: !value.IsEmpty, entry.Revision));
            return AdministrationOutcome.Done;
        }
    }

    private void SetMetadataHoldingGate(ServiceEntry entry, ServiceMetadata metadata)
    {
        entry.SetMetadataHoldingGate(metadata);
        registry.Changes.FinishHoldingGate(entry, changed: true);
        registry.Events.Publish(new ServiceMetadataChanged(entry.Key, entry.Revision));
    }
}
