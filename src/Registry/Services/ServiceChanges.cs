using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Services;

/// <summary>What every change of a service begins and ends with: its entry in the table, and then revision, dirty mark, events and the forget deadline.</summary>
/// <remarks>Part of the registry; any thread. Methods that expect the service's gate say so.</remarks>
internal sealed class ServiceChanges(ServiceRegistry registry, PushDispatcher push, EmptyServices empty, RegistryOptions limits)
{
    /// <summary>What a request is told when <see cref="FindOrAdd"/> gives nothing.</summary>
    public RequestError TableFull => RequestError.Limit(RegistryOptions.ServicesKey, limits.Services);

    /// <summary>The entry of a service, made when it is new; null when the table is full. It may be forgotten by the time its gate is taken: then again.</summary>
    public ServiceEntry? FindOrAdd(ServiceKey key)
    {
        while (true)
        {
            if (registry.Services.TryGet(key, out ServiceEntry? entry))
            {
                return entry;
            }

            if (registry.Services.Count >= limits.Services)
            {
                return null;
            }

            entry = new ServiceEntry(key, registry);

            // Others find it at once; the gate keeps what they do with it behind the event.
            lock (entry.ServiceGate)
            {
                if (registry.Services.TryAdd(entry))
                {
                    registry.Events.Publish(new ServiceCreated(key));
                    return entry;
                }
            }
        }
    }

    /// <summary>Ends an operation that may have changed a list. Under the gate, so that the events of a service are in the order of its changes.</summary>
    /// <param name="entry">The service.</param>
    /// <param name="changed">Readers notice: a revision and a dirty mark.</param>
    public void FinishHoldingGate(ServiceEntry entry, bool changed) => FinishHoldingGate(entry, changed, default);

    /// <inheritdoc cref="FinishHoldingGate(ServiceEntry, bool)"/>
    /// <param name="entry">The service.</param>
    /// <param name="changed">Readers notice: a revision and a dirty mark.</param>
    /// <param name="happened">What is told of instances.</param>
    public void FinishHoldingGate(ServiceEntry entry, bool changed, in InstanceEvents happened)
    {
        if (changed)
        {
            entry.ChangedHoldingGate();
            push.Changed(entry);
        }

        happened.Publish(entry);
        if (changed)
        {
            registry.Events.Publish(new ServiceChanged(entry.Key, entry.Revision, entry.InstanceCount));
        }

        ForgetLaterIfEmptyHoldingGate(entry, changed);
    }

    /// <summary>Ends an operation for the client whose publications it has changed.</summary>
    public void ClientChangedHoldingGate(RegistryClient client, ServiceEntry entry, in InstanceEvents happened)
    {
        if (happened.Any)
        {
            client.ChangedHoldingGate();
            registry.Events.Publish(new ClientChanged(client.Reference, entry.Key));
        }
    }

    /// <summary>Has a service that is empty disappear when its time is over.</summary>
    /// <param name="entry">The service.</param>
    /// <param name="changed">It has just changed: its time begins again.</param>
    public void ForgetLaterIfEmptyHoldingGate(ServiceEntry entry, bool changed = false)
    {
        // One that has been forgotten was found before that; it is gone already.
        if (entry.IsEmptyHoldingGate && !entry.IsForgotten)
        {
            empty.AddHoldingGate(entry, changed);
        }
    }

    /// <summary>Ends a service without instances by hand.</summary>
    public void DeleteHoldingGate(ServiceEntry entry)
    {
        empty.RemoveHoldingGate(entry);
        DisappearHoldingGate(entry);
    }

    /// <summary>Ends a service without instances: what is set for it goes, and without subscribers it leaves the table.</summary>
    public void DisappearHoldingGate(ServiceEntry entry)
    {
        bool existed = entry.Kind is not null;
        entry.DisappearHoldingGate();
        if (existed || entry.IsForgotten)
        {
            // Before it leaves the table: from then on the same name can be created again, and that event must come after this one.
            registry.Events.Publish(new ServiceDisappeared(entry.Key));
        }

        if (entry.IsForgotten)
        {
            registry.Services.Remove(entry);
        }
    }
}
