using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Services;

/// <content>Deregister: instances leave the registry, asked for or given up on.</content>
internal sealed partial class ServiceRegistry
{
    /// <summary>Withdraws what a client publishes under the given identities; what is not there is no error.</summary>
    public RegistrationResult Deregister(RegistryClient client, ServiceKey key, ReadOnlySpan<InstanceIdentity> identities, object? session = null)
    {
        lock (client.ClientLock)
        {
            if (client.IsReleased || client.Session != session)
            {
                return new RegistrationResult(0, 0, RequestError.SessionClosed);
            }

            if (!_services.TryGet(key, out ServiceEntry? entry))
            {
                return new RegistrationResult(Revisions.Current, 0);
            }

            bool changed = false;
            int removed = 0;
            OperationEvents happened = new(Events, client);
            lock (entry.ServiceLock)
            {
                foreach (InstanceIdentity identity in identities)
                {
                    if (entry.FindLocked(client, identity.Name) is { } publication)
                    {
                        changed |= WithdrawLocked(entry, publication, DeregisterReason.Request, ref happened);
                        removed++;
                    }
                }

                FinishLocked(entry, changed, happened);
            }

            ClientChangedLocked(client, entry, happened);
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
        lock (client.ClientLock)
        {
            result = default;
            if (client.IsReleased || client.Session != session)
            {
                return false;
            }

            bool wasPublished = WithdrawClientLocked(client, entry, name, DeregisterReason.Request);
            result = new RegistrationResult(entry.Revision, wasPublished ? 1 : 0);
            return true;
        }
    }

    /// <summary>Withdraws what a client publishes for a service, whatever its identity.</summary>
    public RegistrationResult DeregisterAll(RegistryClient client, ServiceKey key)
    {
        lock (client.ClientLock)
        {
            return WithdrawAllClientLocked(client, key, DeregisterReason.Request);
        }
    }

    /// <summary>Withdraws one publication that is given up on.</summary>
    public void Withdraw(RegistryClient client, ServiceEntry entry, InstanceIdentity identity, DeregisterReason reason)
    {
        lock (client.ClientLock)
        {
            WithdrawClientLocked(client, entry, identity.Name, reason);
        }
    }

    /// <summary>Withdraws what an older session of the client published and the present one has not named again. Does nothing when the present one is not
    /// the given attachment any more.</summary>
    public void WithdrawNotReaffirmed(RegistryClient client, int attachment)
    {
        lock (client.ClientLock)
        {
            if (client.Attachment == attachment)
            {
                WithdrawWhereClientLocked(client, DeregisterReason.NotReaffirmed, static (client, publication) => publication.Attachment != client.Attachment);
            }
        }
    }

    /// <summary>Withdraws all a client publishes for a service. The caller holds the client's lock.</summary>
    private RegistrationResult WithdrawAllClientLocked(RegistryClient client, ServiceKey key, DeregisterReason reason)
    {
        if (!_services.TryGet(key, out ServiceEntry? entry) || client.FindLocked(entry) is not { } own)
        {
            return new RegistrationResult(Revisions.Current, 0);
        }

        int removed = own.Count;
        OperationEvents happened = new(Events, client);
        lock (entry.ServiceLock)
        {
            bool changed = false;
            while (own.Count > 0)
            {
                changed |= WithdrawLocked(entry, own[^1], reason, ref happened);
            }

            FinishLocked(entry, changed, happened);
        }

        ClientChangedLocked(client, entry, happened);
        return new RegistrationResult(entry.Revision, removed);
    }

    /// <summary>Withdraws some of what a client publishes for a service, whatever its identity. The caller holds the client's lock.</summary>
    /// <returns>How many: <paramref name="most"/> or all there were.</returns>
    private int WithdrawSomeClientLocked(RegistryClient client, ServiceEntry entry, DeregisterReason reason, int most)
    {
        if (client.FindLocked(entry) is not { } own)
        {
            // A deadline was quicker.
            return 0;
        }

        int count = Math.Min(most, own.Count);
        OperationEvents happened = new(Events, client);
        lock (entry.ServiceLock)
        {
            bool changed = false;
            for (int i = 0; i < count; i++)
            {
                changed |= WithdrawLocked(entry, own[^1], reason, ref happened);
            }

            FinishLocked(entry, changed, happened);
        }

        ClientChangedLocked(client, entry, happened);
        return count;
    }

    /// <summary>Withdraws one publication within a larger change, which the caller finishes. The caller holds both locks.</summary>
    /// <returns>True when readers see a change.</returns>
    private bool WithdrawLocked(ServiceEntry entry, Publication publication, DeregisterReason reason, ref OperationEvents happened)
    {
        CountPublications(publication.Client.Kind, -1);
        happened.Withdrawn(publication.Instance, reason);
        return entry.WithdrawLocked(publication, reason is DeregisterReason.Request or DeregisterReason.Replaced ? EmptyCause.Deregistered : EmptyCause.Lost);
    }

    private bool WithdrawClientLocked(RegistryClient client, ServiceEntry entry, InstanceName name, DeregisterReason reason)
    {
        OperationEvents happened = new(Events, client);
        lock (entry.ServiceLock)
        {
            bool changed = entry.FindLocked(client, name) is { } publication && WithdrawLocked(entry, publication, reason, ref happened);
            FinishLocked(entry, changed, happened);
        }

        ClientChangedLocked(client, entry, happened);
        return happened.Any;
    }

    private void WithdrawWhereClientLocked(RegistryClient client, DeregisterReason reason, Func<RegistryClient, Publication, bool> goes)
    {
        foreach (ServiceEntry entry in client.ServicesLocked.ToArray())
        {
            List<Publication> own = client.FindLocked(entry)!;
            OperationEvents happened = new(Events, client);
            lock (entry.ServiceLock)
            {
                bool changed = false;
                for (int i = own.Count - 1; i >= 0; i--)
                {
                    if (goes(client, own[i]))
                    {
                        changed |= WithdrawLocked(entry, own[i], reason, ref happened);
                    }
                }

                FinishLocked(entry, changed, happened);
            }

            ClientChangedLocked(client, entry, happened);
        }
    }
}
