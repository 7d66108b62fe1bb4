using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Services;

/// <summary>How instances come into the registry and change there.</summary>
/// <remarks>Part of the registry; any thread. Takes the client's gate, then the service's, and does everything in that one step.</remarks>
internal sealed class Registrations(ServiceRegistry registry, RegistryOptions limits)
{
    private long _batches;

    /// <summary>Publishes instances for a service, all or none: one revision, one push.</summary>
    /// <param name="client">Their owner.</param>
    /// <param name="key">The service; made when it is new.</param>
    /// <param name="instances">Valid instances with different identities; may be empty with <paramref name="replace"/>.</param>
    /// <param name="replace">Afterwards the client publishes exactly these for the service.</param>
    /// <param name="session">Who speaks for a native client: refused when another session has taken over.</param>
    /// <param name="registeredAt">For a synced client: the owner's time stamp of each instance; empty = now.</param>
    public RegistrationResult Register(
        RegistryClient client, ServiceKey key, ReadOnlySpan<Instance> instances, bool replace, object? session = null, ReadOnlySpan<long> registeredAt = default)
    {
        lock (client.ClientGate)
        {
            if (client.IsReleased || client.Session != session)
            {
                return new RegistrationResult(0, 0, RequestError.SessionClosed);
            }

            if (instances.IsEmpty)
            {
                return registry.Withdrawals.RemoveAllHoldingClientGate(client, key, DeregisterReason.Replaced);
            }

            while (true)
            {
                ServiceEntry? entry = registry.Changes.FindOrAdd(key);
                if (entry is null)
                {
                    return new RegistrationResult(0, 0, registry.Changes.TableFull);
                }

                lock (entry.ServiceGate)
                {
                    if (!entry.IsForgotten)
                    {
                        return RegisterHoldingGates(client, entry, instances, replace, registeredAt);
                    }
                }
            }
        }
    }

    /// <summary>Publishes an instance of a service that is known, from the form it came in. What changes nothing allocates nothing.</summary>
    /// <param name="client">Its owner.</param>
    /// <param name="entry">The service.</param>
    /// <param name="instance">The instance as it came.</param>
    /// <param name="session">Who speaks for the client.</param>
    /// <param name="result">What was done.</param>
    /// <param name="unchanged">The encoded answer when nothing has changed, else null.</param>
    /// <returns>False when it is not certain what is to be done; then nothing was.</returns>
    public bool TryRegister(
        RegistryClient client, ServiceEntry entry, in InstanceReader instance, object? session, out RegistrationResult result, out byte[]? unchanged)
    {
        result = default;
        unchanged = null;
        Span<char> texts = stackalloc char[InstanceReader.MaximumNameLength];
        InstanceName name = instance.NameIn(texts);
        lock (client.ClientGate)
        {
            if (client.IsReleased || client.Session != session)
            {
                return false;
            }

            lock (entry.ServiceGate)
            {
                if (entry.IsForgotten)
                {
                    return false;
                }

                Publication? own = entry.Listing.FindHoldingGate(client, name);
                if (own is not null && instance.IsSameAs(own.Instance))
                {
                    own.Attachment = client.Attachment;
                    unchanged = entry.UnchangedReplyHoldingGate();
                    return true;
                }

                if (!instance.IsValid)
                {
                    return false;
                }

                Instance made = instance.ToInstance(own?.Instance.Identity ?? new InstanceIdentity(ClusterOf(name), name.Ip.ToString(), name.Port));
                result = RegisterHoldingGates(client, entry, new ReadOnlySpan<Instance>(in made), replace: false, default);
                return true;
            }
        }
    }

    /// <summary>Sets the health of what a client publishes; no registration, so a waiting publication stays behind the listed one.</summary>
    public void SetHealth(RegistryClient client, ServiceEntry entry, InstanceIdentity identity, bool healthy)
    {
        lock (client.ClientGate)
        {
            InstanceEvents happened = new(registry.Events, client);
            lock (entry.ServiceGate)
            {
                if (entry.Listing.FindHoldingGate(client, identity.Name) is { } publication && publication.Instance.Healthy != healthy)
                {
                    bool changed = entry.Listing.SetHealthHoldingGates(publication, healthy);
                    happened.Published(publication.Instance, PublicationChange.Updated);
                    registry.Changes.FinishHoldingGate(entry, changed, happened);
                }
            }

            registry.Changes.ClientChangedHoldingGate(client, entry, happened);
        }
    }

    private static string ClusterOf(InstanceName name) => name.Cluster.SequenceEqual(Instance.DefaultCluster) ? Instance.DefaultCluster : name.Cluster.ToString();

    private RegistrationResult RegisterHoldingGates(
        RegistryClient client, ServiceEntry entry, ReadOnlySpan<Instance> instances, bool replace, ReadOnlySpan<long> registeredAt)
    {
        int added = 0;
        int addedListed = 0;
        foreach (Instance instance in instances)
        {
            Publication? listed = entry.Listing.FindHoldingGate(instance.Name);
            added += PublicationSet.Find(listed, client) is null ? 1 : 0;
            addedListed += listed is null ? 1 : 0;
        }

        (int withdrawn, int unlisted) = replace ? CountReplacedHoldingGates(client, entry, instances) : (0, 0);
        RequestError? error = client.PublicationCount + added - withdrawn > limits.PublicationsPerClient
            ? RequestError.Limit(RegistryOptions.PublicationsPerClientKey, limits.PublicationsPerClient)
            : entry.InstanceCount + addedListed - unlisted > limits.InstancesPerService
                ? RequestError.Limit(RegistryOptions.InstancesPerServiceKey, limits.InstancesPerService)
                : FixKindHoldingGate(client, entry);
        if (error is not null)
        {
            registry.Changes.ForgetLaterIfEmptyHoldingGate(entry);
            return new RegistrationResult(0, 0, error);
        }

        long batch = Interlocked.Increment(ref _batches);
        bool changed = false;
        int count = 0;
        InstanceEvents happened = new(registry.Events, client);
        for (int i = 0; i < instances.Length; i++)
        {
            Instance instance = instances[i];
            bool noticed = entry.Listing.PublishHoldingGates(client, ref instance, batch, registeredAt.IsEmpty ? 0 : registeredAt[i], out PublicationChange change);
            happened.Published(instance, change);
            changed |= noticed;
            count += noticed ? 1 : 0;
        }

        registry.Publications.Add(client.Kind, added);
        if (replace)
        {
            List<Publication> own = client.FindHoldingGate(entry)!;
            for (int i = own.Count - 1; i >= 0; i--)
            {
                if (own[i].Batch != batch)
                {
                    changed |= registry.Withdrawals.WithdrawHoldingGates(entry, own[i], DeregisterReason.Replaced, ref happened);
                    count++;
                }
            }
        }

        registry.Changes.FinishHoldingGate(entry, changed, happened);
        registry.Changes.ClientChangedHoldingGate(client, entry, happened);
        return new RegistrationResult(entry.Revision, count);
    }

    /// <summary>What a replacing batch takes away, so that limits count its end and not its middle.</summary>
    private static (int Withdrawn, int Unlisted) CountReplacedHoldingGates(RegistryClient client, ServiceEntry entry, ReadOnlySpan<Instance> instances)
    {
        (int Withdrawn, int Unlisted) count = (0, 0);
        if (client.FindHoldingGate(entry) is { } own)
        {
            HashSet<InstanceIdentity> named = new(instances.Length);
            foreach (Instance instance in instances)
            {
                named.Add(instance.Identity);
            }

            foreach (Publication publication in own)
            {
                bool goes = !named.Contains(publication.Instance.Identity);
                count.Withdrawn += goes ? 1 : 0;
                count.Unlisted += goes && entry.Listing.IsOnlyOneHoldingGate(publication) ? 1 : 0;
            }
        }

        return count;
    }

    private static RequestError? FixKindHoldingGate(RegistryClient client, ServiceEntry entry)
    {
        ServiceKind kind = client.Kind == ClientKind.PersistentIpPort ? ServiceKind.Persistent : ServiceKind.Ephemeral;
        return entry.TryFixKindHoldingGate(kind) ? null : RequestError.OtherKind(entry.Key, kind);
    }
}
