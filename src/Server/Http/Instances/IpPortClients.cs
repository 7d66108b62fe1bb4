using System.Collections.Concurrent;
using FastRegistry.Server.Events;
using FastRegistry.Server.Naming;
using FastRegistry.Server.Registry;

namespace FastRegistry.Server.Http.Instances;

/// <summary>Clients that are an ip and a port, made by HTTP registrations. Any thread.</summary>
/// <remarks>As in Nacos one such client publishes at most one instance per service; it goes when it publishes nothing any more. Bounded by
/// <see cref="Maximum"/>.</remarks>
internal sealed class IpPortClients(ServiceRegistry registry)
{
    /// <summary>Clients kept at most.</summary>
    public const int Maximum = 1_000_000;

    private readonly ConcurrentDictionary<(string Ip, int Port), RegistryClient> _clients = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>The clients of this moment, in no order; safe while they change.</summary>
    public IEnumerable<RegistryClient> Clients => _clients.Select(static pair => pair.Value);

    public RegistryClient? Find(string ip, int port) => _clients.GetValueOrDefault((ip, port));

    public RequestError? Register(ServiceKey key, Instance instance)
    {
        (string Ip, int Port) id = (instance.Identity.Ip, instance.Identity.Port);
        while (true)
        {
            if (!_clients.TryGetValue(id, out RegistryClient? client))
            {
                if (Count >= Maximum)
                {
                    return RequestError.Limit("the number of HTTP clients", Maximum);
                }

                client = new RegistryClient(ClientKind.IpPort, $"{id.Ip}:{id.Port}");

                // Others find it at once; the gate keeps what they publish behind the event.
                lock (client.ClientGate)
                {
                    if (!_clients.TryAdd(id, client))
                    {
                        continue;
                    }

                    Interlocked.Increment(ref _count);
                    registry.Events.Publish(new ClientConnected(client.Reference, Session: 0, Name: "", Version: ""));
                }
            }

            RegistrationResult result = registry.Register(client, key, [instance], replace: true);
            if (result.Error != RequestError.SessionClosed)
            {
                ForgetIfEmpty(id, client);
                return result.Error;
            }

            // It was just being forgotten; the next round makes a new one.
            Remove(id, client);
        }
    }

    /// <summary>Withdraws what ip:port publishes for a service; the cluster is not compared, as in Nacos.</summary>
    public void Deregister(ServiceKey key, string ip, int port)
    {
        if (_clients.TryGetValue((ip, port), out RegistryClient? client))
        {
            registry.DeregisterAll(client, key);
            ForgetIfEmpty((ip, port), client);
        }
    }

    private void ForgetIfEmpty((string Ip, int Port) id, RegistryClient client)
    {
        lock (client.ClientGate)
        {
            if (client.PublicationCount > 0)
            {
                return;
            }

            if (!client.IsReleased)
            {
                client.IsReleased = true;
                registry.Events.Publish(new ClientReleased(client.Reference, DeregisterReason.Request));
            }
        }

        Remove(id, client);
    }

    private void Remove((string Ip, int Port) id, RegistryClient client)
    {
        if (_clients.TryRemove(KeyValuePair.Create(id, client)))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
