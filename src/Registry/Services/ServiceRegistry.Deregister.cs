using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Services;

/// <summary>How instances leave the registry: asked for, given up on, or with their client.</summary>
/// <remarks>Part of the registry; any thread. Takes the client's gate, then the service's.</remarks>
internal sealed class Withdrawals(ServiceRegistry registry)
{
    /// <summary>Withdraws what a client publishes under the given identities; what is not there is no error.</summary>
    public RegistrationResult Deregister(RegistryClient client, ServiceKey key, ReadOnlySpan<InstanceIdentity> identities, object? session = null)
    {
        lock (client.ClientGate)
        {
            if (client.IsReleased || client.Session != session)
            {
                return new RegistrationResult(0, 0, RequestError.SessionClosed);
            }

            if (!registry.Services.TryGet(key, out ServiceEntry? entry))
            {
                return new RegistrationResult(registry.Revisions.Current, 0);
            }

            bool changed = false;
            int removed = 0;
            InstanceEvents happened = new(registry.Events, client);
            lock (entry.ServiceGate)
            {
                foreach (InstanceIdentity identity in identities)
                {
                    if (entry.Listing.FindHoldingGate(client, identity.Name) is { } publication)
                    {
                        changed |= WithdrawHoldingGates(entry, publication, DeregisterReason.Request, ref happened);
                        removed++;
                    }
                }

                registry.Changes.FinishHoldingGate(entry, changed, happened);
            }

            registry.Changes.ClientChangedHoldingGate(client, entry, happened);
            return new RegistrationResult(entry.Revision, removed);
        }
    }

    /// <summary>Withdraws one publication of a service that is known.</summary>
    /// <param name="client">Its owner.</param>
    /// <param name="entry">The service.</param>
    /// <param name="name">The identity.</param>
    /// <param name="session">Who speaks for the client.</param>
    /// <param name="result">What was done.</param>
    /// <returns>False when the session does not speak for the client any more.</returns>
    public bool TryDeregister(RegistryClient client, ServiceEntry entry, InstanceName name, object? session, out RegistrationResult result)
    {
        lock (client.ClientGate)
        {
            result = default;
            if (client.IsReleased || client.Session != session)
            {
                return false;
            }

            bool wasPublished = WithdrawHoldingClientGate(client, entry, name, DeregisterReason.Request);
            result = new RegistrationResult(entry.Revision, wasPublished ? 1 : 0);
            return true;
        }
    }

    /// <summary>Withdraws what a client publishes for a service, whatever its identity.</summary>
    public RegistrationResult DeregisterAll(RegistryClient client, ServiceKey key)
    {
        lock (client.ClientGate)
        {
            return RemoveAllHoldingClientGate(client, key, DeregisterReason.Request);
        }
    }

    /// <summary>Withdraws one publication that is given up on.</summary>
    public void Withdraw(RegistryClient client, ServiceEntry entry, InstanceIdentity identity, DeregisterReason reason)
    {
        lock (client.ClientGate)
        {
            WithdrawHoldingClientGate(client, entry, identity.Name, reason);
        }
    }

    /// <summary>Ends a client whose connection is lost.</summary>
    public void Release(RegistryClient client) => Release(client, DeregisterReason.ConnectionLost);

    /// <summary>Ends a client: everything it publishes goes, and it can never publish again.</summary>
    public void Release(RegistryClient client, DeregisterReason reason)
    {
        lock (client.ClientGate)
        {
            bool isFirst = !client.IsReleased;
            client.IsReleased = true;
            WithdrawWhereHoldingClientGate(client, reason, static (_, _) => true);
            if (isFirst)
            {
                registry.Events.Publish(new ClientReleased(client.Reference, reason));
            }
        }
    }

    /// <summary>Withdraws what an older session of the client published and the present one has not named again. Does nothing when the present one is not
    /// the given attachment any more.</summary>
    public void WithdrawNotReaffirmed(RegistryClient client, int attachment)
    {
        lock (client.ClientGate)
        {
            if (client.Attachment == attachment)
            {
                WithdrawWhereHoldingClientGate(client, DeregisterReason.NotReaffirmed, static (client, publication) => publication.Attachment != client.Attachment);
            }
        }
    }

    /// <summary>Withdraws all a client publishes for a service.</summary>
    public RegistrationResult RemoveAllHoldingClientGate(RegistryClient client, ServiceKey key, DeregisterReason reason)
    {
        if (!registry.Services.TryGet(key, out ServiceEntry? entry) || client.FindHoldingGate(entry) is not { } own)
        {
            return new RegistrationResult(registry.Revisions.Current, 0);
        }

        int removed = own.Count;
        InstanceEvents happened = new(registry.Events, client);
        lock (entry.ServiceGate)
        {
            bool changed = false;
            while (own.Count > 0)
            {
                changed |= WithdrawHoldingGates(entry, own[^1], reason, ref happened);
            }

            registry.Changes.FinishHoldingGate(entry, changed, happened);
        }

        registry.Changes.ClientChangedHoldingGate(client, entry, happened);
        return new RegistrationResult(entry.Revision, removed);
    }

    /// <summary>Withdraws some of what a client publishes for a service, whatever its identity.</summary>
    /// <returns>How many: <paramref name="most"/> or all there were.</returns>
    public int WithdrawSomeHoldingClientGate(RegistryClient client, ServiceEntry entry, DeregisterReason reason, int most)
    {
        if (client.FindHoldingGate(entry) is not { } own)
        {
            // A deadline was quicker.
            return 0;
        }

        int count = Math.Min(most, own.Count);
        InstanceEvents happened = new(registry.Events, client);
        lock (entry.ServiceGate)
        {
            bool changed = false;
            for (int i = 0; i < count; i++)
            {
                changed |= WithdrawHoldingGates(entry, own[^1], reason, ref happened);
            }

            registry.Changes.FinishHoldingGate(entry, changed, happened);
        }

        registry.Changes.ClientChangedHoldingGate(client, entry, happened);
        return count;
    }

    /// <summary>Withdraws one publication within a larger change; the caller finishes that.</summary>
    /// <returns>What readers notice.</returns>
    public bool WithdrawHoldingGates(ServiceEntry entry, Publication publication, DeregisterReason reason, ref InstanceEvents happened)
    {
        registry.Publications.Add(publication.Client.Kind, -1);
        happened.Withdrawn(publication.Instance, reason);
        return entry.Listing.WithdrawHoldingGates(publication, reason is DeregisterReason.Request or DeregisterReason.Replaced ? EmptyCause.Deregistered : EmptyCause.Lost);
    }

    private bool WithdrawHoldingClientGate(RegistryClient client, ServiceEntry entry, InstanceName name, DeregisterReason reason)
    {
        InstanceEvents happened = new(registry.Events, client);
        lock (entry.ServiceGate)
        {
            bool changed = entry.Listing.FindHoldingGate(client, name) is { } publication && WithdrawHoldingGates(entry, publication, reason, ref happened);
            registry.Changes.FinishHoldingGate(entry, changed, happened);
        }

        registry.Changes.ClientChangedHoldingGate(client, entry, happened);
        return happened.Any;
    }

    private void WithdrawWhereHoldingClientGate(RegistryClient client, DeregisterReason reason, Func<RegistryClient, Publication, bool> goes)
    {
        foreach (ServiceEntry entry in client.ServicesHoldingGate.ToArray())
        {
            List<Publication> own = client.FindHoldingGate(entry)!;
            InstanceEvents happened = new(registry.Events, client);
            lock (entry.ServiceGate)
            {
                bool changed = false;
                for (int i = own.Count - 1; i >= 0; i--)
                {
                    if (goes(client, own[i]))
                    {
                        changed |= WithdrawHoldingGates(entry, own[i], reason, ref happened);
                    }
                }

                registry.Changes.FinishHoldingGate(entry, changed, happened);
            }

            registry.Changes.ClientChangedHoldingGate(client, entry, happened);
        }
    }
}
