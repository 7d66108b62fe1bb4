using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.Clients;

/// <summary>Clients that are an ip and a port, made by HTTP registrations, and what they publish, which lives on beats.</summary>
/// <remarks>
/// One per node; any thread. As in Nacos one such client publishes at most one instance per service; it goes when it publishes nothing any more. Everything about one
/// client happens under its gate; a beat of a healthy instance takes no lock: one look-up and two stores. Bounded by <see cref="MaximumInstances"/>.
/// </remarks>
internal sealed class IpPortClients
{
    /// <summary>Instances of all these clients, and so clients, kept at most.</summary>
    public const int MaximumInstances = 1_000_000;

    private readonly ConcurrentDictionary<(string Ip, int Port), RegistryClient> _clients = new();
    private readonly ConcurrentDictionary<byte[], BeatingInstance> _instances = new(new InstanceKeyText());
    private readonly ConcurrentDictionary<byte[], BeatingInstance>.AlternateLookup<ReadOnlySpan<byte>> _byText;
    private int _clientCount;
    private int _instanceCount;

    public IpPortClients(ServiceRegistry registry, TimingWheel wheel, SwitchBoard switches)
    {
        Registry = registry;
        Wheel = wheel;
        Switches = switches;
        _byText = _instances.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public ServiceRegistry Registry { get; }

    public TimingWheel Wheel { get; }

    public SwitchBoard Switches { get; }

    public int Count => Volatile.Read(ref _clientCount);

    /// <summary>Instances that live on beats.</summary>
    public int InstanceCount => Volatile.Read(ref _instanceCount);

    /// <summary>All of them, in no order; safe while they change.</summary>
    public IEnumerable<RegistryClient> Clients => _clients.Select(static pair => pair.Value);

    public RegistryClient? Find(string ip, int port) => _clients.GetValueOrDefault((ip, port));

    /// <summary>Finds what beats under a key of <see cref="InstanceKeyText"/>.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, [NotNullWhen(true)] out BeatingInstance? instance) => _byText.TryGetValue(key, out instance);

    /// <summary>Registers an instance in place of what its ip:port published for the service; its time without beats begins again.</summary>
    public RequestError? Register(ServiceKey key, Instance instance)
    {
        (string Ip, int Port) id = (instance.Identity.Ip, instance.Identity.Port);
        while (true)
        {
            if (FindOrAdd(id) is not { } client)
            {
                return RequestError.Limit("the number of HTTP clients", MaximumInstances);
            }

            RequestError? error;
            lock (client.ClientLock)
            {
                error = Registry.Register(client, key, [instance], replace: true).Error ?? RenewHoldingGate(client, key, instance);
            }

            if (error != RequestError.SessionClosed)
            {
                ForgetIfEmpty(id, client, DeregisterReason.Request);
                return error;
            }

            // It was just being forgotten; the next round makes a new one.
            Remove(id, client);
        }
    }

    /// <summary>Withdraws what ip:port publishes for a service; the cluster is not compared, as in Nacos.</summary>
    public void Deregister(ServiceKey key, string ip, int port)
    {
        if (!_clients.TryGetValue((ip, port), out RegistryClient? client))
        {
            return;
        }

        lock (client.ClientLock)
        {
            Registry.DeregisterAll(client, key);
            if (TryFind(InstanceKeyText.Of(key, ip, port), out BeatingInstance? beating))
            {
                EndHoldingGate(beating);
            }
        }

        ForgetIfEmpty((ip, port), client, DeregisterReason.Request);
    }

    /// <summary>An operator's override may have changed the times of an instance.</summary>
    public void Refresh(ServiceKey key, InstanceIdentity identity)
    {
        if (TryFind(InstanceKeyText.Of(key, identity.Ip, identity.Port), out BeatingInstance? beating))
        {
            lock (beating.Client.ClientLock)
            {
                if (FindPublishedHoldingGate(beating.Client, key) is { } shown)
                {
                    beating.SetTimesHoldingGate(shown);
                }
            }
        }
    }

    /// <summary>An instance has missed its beats for so long that it goes. The caller holds its client's gate.</summary>
    public void ExpireHoldingGate(BeatingInstance beating)
    {
        RegistryClient client = beating.Client;
        if (Registry.TryGet(beating.Service, out ServiceEntry? entry))
        {
            Registry.Withdraw(client, entry, beating.Identity, DeregisterReason.BeatsMissed);
        }

        EndHoldingGate(beating);
        ForgetIfEmpty((beating.Identity.Ip, beating.Identity.Port), client, DeregisterReason.BeatsMissed);
    }

    private RegistryClient? FindOrAdd((string Ip, int Port) id)
    {
        while (true)
        {
            if (_clients.TryGetValue(id, out RegistryClient? client))
            {
                return client;
            }

            if (Count >= MaximumInstances)
            {
                return null;
            }

            client = new RegistryClient(ClientKind.IpPort, $"{id.Ip}:{id.Port}");

            // Others find it at once; the gate keeps what they publish behind the event.
            lock (client.ClientLock)
            {
                if (_clients.TryAdd(id, client))
                {
                    Interlocked.Increment(ref _clientCount);
                    Registry.Events.Publish(new ClientConnected(client.Reference, Session: 0, Name: "", Version: ""));
                    return client;
                }
            }
        }
    }

    /// <summary>The registration is in: from now on it lives on beats. Without room for that it is taken back.</summary>
    private RequestError? RenewHoldingGate(RegistryClient client, ServiceKey key, Instance instance)
    {
        byte[] text = InstanceKeyText.Of(key, instance.Identity.Ip, instance.Identity.Port);
        if (!_instances.TryGetValue(text, out BeatingInstance? beating))
        {
            if (InstanceCount >= MaximumInstances || BeatingInstance.TryCreate(this, client, key, text) is not { } made)
            {
                Registry.DeregisterAll(client, key);
                return RequestError.Limit("the number of instances registered over HTTP", MaximumInstances);
            }

            beating = made;
            _instances[text] = beating;
            Interlocked.Increment(ref _instanceCount);
        }

        beating.RenewHoldingGate(instance, FindPublishedHoldingGate(client, key) ?? instance);
        return null;
    }

    /// <summary>What a client publishes for a service, as an override shows it.</summary>
    private Instance? FindPublishedHoldingGate(RegistryClient client, ServiceKey key)
    {
        if (!Registry.TryGet(key, out ServiceEntry? entry) || client.FindLocked(entry) is not { Count: > 0 } own)
        {
            return null;
        }

        lock (entry.ServiceLock)
        {
            Instance registered = own[0].Instance;
            InstanceOverride? shown = entry.FindOverrideLocked(registered.Identity);
            return shown is null ? registered : shown.Over(registered);
        }
    }

    private void EndHoldingGate(BeatingInstance beating)
    {
        if (_instances.TryRemove(KeyValuePair.Create(beating.Key, beating)))
        {
            Interlocked.Decrement(ref _instanceCount);
            beating.EndHoldingGate();
        }
    }

    private void ForgetIfEmpty((string Ip, int Port) id, RegistryClient client, DeregisterReason reason)
    {
        lock (client.ClientLock)
        {
            if (client.PublicationCount > 0)
            {
                return;
            }

            if (!client.IsReleased)
            {
                client.IsReleased = true;
                Registry.Events.Publish(new ClientReleased(client.Reference, reason));
            }
        }

        Remove(id, client);
    }

    private void Remove((string Ip, int Port) id, RegistryClient client)
    {
        if (_clients.TryRemove(KeyValuePair.Create(id, client)))
        {
            Interlocked.Decrement(ref _clientCount);
        }
    }
}
