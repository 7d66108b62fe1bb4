using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>The clients that HTTP registrations create, one for each ip:port, and the instances that they publish and keep alive by beats.</summary>
/// <remarks>
/// <para>
/// Contract: <see cref="Register"/> registers an instance, or replaces the one that its ip:port published for the service (as in Nacos there is at most
/// one), and restarts its timeouts. <see cref="TryFind"/> gets the instance that a beat names; <see cref="BeatingInstance.TryBeat"/> takes the beat.
/// <see cref="Deregister"/> withdraws what an ip:port publishes for a service. <see cref="Refresh"/> applies the beat times of an instance again after an
/// operator has changed its override.
/// </para>
/// <para>
/// Locks: thread-safe. Everything about one client happens under the lock of that client, which is taken before the lock of a service. A beat of a
/// healthy instance takes no lock: it is one look-up and two stores.
/// </para>
/// <para>
/// Lifetime: one per node, owned by its HTTP side. A client exists while it publishes something; an instance exists until it is deregistered or its
/// beats are missing for its delete timeout. Bounded by <see cref="MaximumInstances"/>; beyond that a registration is refused.
/// </para>
/// </remarks>
internal sealed class IpPortClients
{
    /// <summary>The maximum of instances of all these clients together, and therefore of clients.</summary>
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

    /// <summary>Gets the number of instances that beats keep alive.</summary>
    public int InstanceCount => Volatile.Read(ref _instanceCount);

    /// <summary>Gets all clients, in no order; safe while they change.</summary>
    public IEnumerable<RegistryClient> Clients => _clients.Select(static pair => pair.Value);

    public RegistryClient? Find(string ip, int port) => _clients.GetValueOrDefault((ip, port));

    /// <summary>Finds the instance with a key of <see cref="InstanceKeyText"/>.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, [NotNullWhen(true)] out BeatingInstance? instance) => _byText.TryGetValue(key, out instance);

    /// <summary>Registers an instance in place of what its ip:port published for the service, and restarts its timeouts.</summary>
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
                error = Registry.Register(client, key, [instance], replace: true).Error ?? RenewLocked(client, key, instance);
            }

            if (error != RequestError.SessionClosed)
            {
                ForgetIfEmpty(id, client, DeregisterReason.Request);
                return error;
            }

            // The client was being removed at the same time; the next round creates a new one.
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
                EndLocked(beating);
            }
        }

        ForgetIfEmpty((ip, port), client, DeregisterReason.Request);
    }

    /// <summary>Takes the times of an instance again, because an operator's override may have changed them.</summary>
    public void Refresh(ServiceKey key, InstanceIdentity identity)
    {
        if (TryFind(InstanceKeyText.Of(key, identity.Ip, identity.Port), out BeatingInstance? beating))
        {
            lock (beating.Client.ClientLock)
            {
                if (FindPublishedLocked(beating.Client, key) is { } shown)
                {
                    beating.SetTimesLocked(shown);
                }
            }
        }
    }

    /// <summary>Withdraws an instance whose beats were missing for its delete timeout. The caller holds the lock of its client.</summary>
    public void ExpireLocked(BeatingInstance beating)
    {
        RegistryClient client = beating.Client;
        if (Registry.TryGet(beating.Service, out ServiceEntry? entry))
        {
            Registry.Withdraw(client, entry, beating.Identity, DeregisterReason.BeatsMissed);
        }

        EndLocked(beating);
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

            // Other threads find the client at once; the lock keeps what they publish behind the event.
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

    /// <summary>Starts or restarts the beats of an instance that has just been registered. Withdraws it again when there is no room.</summary>
    private RequestError? RenewLocked(RegistryClient client, ServiceKey key, Instance instance)
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

        beating.RenewLocked(instance, FindPublishedLocked(client, key) ?? instance);
        return null;
    }

    /// <summary>Finds what a client publishes for a service, as an override shows it.</summary>
    private Instance? FindPublishedLocked(RegistryClient client, ServiceKey key)
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

    private void EndLocked(BeatingInstance beating)
    {
        if (_instances.TryRemove(KeyValuePair.Create(beating.Key, beating)))
        {
            Interlocked.Decrement(ref _instanceCount);
            beating.EndLocked();
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

/// <summary>The key of what an ip:port publishes for a service, as bytes: <c>namespace 0 group 0 name 0 ip 0 port</c>.</summary>
/// <remarks>With it a beat finds its instance without creating a string.</remarks>
internal sealed class InstanceKeyText : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private const int MaximumPortBytes = 11;

    public static byte[] Of(ServiceKey service, string ip, int port)
    {
        int ipBytes = Encoding.UTF8.GetByteCount(ip);
        Span<byte> key = new byte[service.Utf8.Length + 1 + ipBytes + 1 + MaximumPortBytes];
        service.Utf8.CopyTo(key);
        key[service.Utf8.Length] = 0;
        Encoding.UTF8.GetBytes(ip, key[(service.Utf8.Length + 1)..]);
        return key[..Finish(key, service.Utf8.Length + 1 + ipBytes, port)].ToArray();
    }

    /// <summary>Writes zero and port behind service and ip.</summary>
    /// <returns>Bytes of the whole key; -1 when it does not fit.</returns>
    public static int Finish(Span<byte> key, int written, int port)
    {
        if (key.Length < written + 1 + MaximumPortBytes)
        {
            return -1;
        }

        key[written++] = 0;
        Utf8Formatter.TryFormat(port, key[written..], out int portBytes);
        return written + portBytes;
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => ServiceKey.HashOf(obj);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => ServiceKey.HashOf(alternate);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
