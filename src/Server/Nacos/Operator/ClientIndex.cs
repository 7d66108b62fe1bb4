using System.Globalization;
using System.Net;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Server.Nacos.UdpPush;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>Finds clients of all kinds by the id operators see: native ones by their connection, the others as <c>ip:port#true</c>.</summary>
/// <remarks>Thread-safe. Keeps no state: it reads tables that other parts maintain anyway, so it costs nothing until it is asked.</remarks>
internal sealed class ClientIndex(ServiceRegistry registry, SessionTable sessions, IpPortClients ipPortClients, UdpSubscribers listeners)
{
    private const string EphemeralMark = "#true";
    private const int SlotsPerCopy = 256;

    /// <summary>Ids of all current clients.</summary>
    public IReadOnlyCollection<string> Ids()
    {
        HashSet<string> ids = [
            .. ipPortClients.Clients.Select(static client => $"{client.Id}{EphemeralMark}"),
            .. listeners.All.Select(static listener => $"{listener.Target}{EphemeralMark}"),
        ];
        ClientSession?[] slots = new ClientSession?[SlotsPerCopy];
        int copied;
        for (int first = 0; (copied = sessions.CopySlots(first, slots)) > 0; first += copied)
        {
            for (int i = 0; i < copied; i++)
            {
                if (slots[i] is { Status.IsReady: true } session)
                {
                    ids.Add(session.Status.ConnectionId.ToString());
                }
            }
        }

        return ids;
    }

    /// <summary>Null when there is no such client.</summary>
    public ClientView? Find(string id)
    {
        if (ConnectionId.TryParse(id, out ConnectionId connection))
        {
            return connection.Incarnation == registry.Epoch.Incarnation
                && sessions.Find(connection.Slot) is { } session
                && session.Id == connection.Session
                && session.ClientOrNull is { } native
                    ? new ClientView(id, native, session, Listener: null)
                    : null;
        }

        if (!id.EndsWith(EphemeralMark, StringComparison.Ordinal))
        {
            return null;
        }

        string address = id[..^EphemeralMark.Length];
        int colon = address.LastIndexOf(':');
        RegistryClient? client = colon > 0 && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? ipPortClients.Find(address[..colon], port)
            : null;
        UdpSubscriber? listener = IPEndPoint.TryParse(address, out IPEndPoint? target) ? listeners.Find(target) : null;
        return client is null && listener is null ? null : new ClientView(id, client, Session: null, listener);
    }

    /// <summary>The id of the client of a publication. A native client without a connection has only the name that events use for it.</summary>
    public static string IdOf(RegistryClient client) => client.Kind switch
    {
        ClientKind.IpPort => $"{client.Id}{EphemeralMark}",
        ClientKind.PersistentIpPort => $"{client.Id}#false",
        _ => (client.Session as ClientSession)?.Status.ConnectionId.ToString() ?? client.Reference.ToString(),
    };
}

/// <summary>A client as operators see it: a native one, or an ip and port that publishes over HTTP, listens for datagrams, or both.</summary>
/// <param name="Id">Its id in these calls.</param>
/// <param name="Client">What it publishes; null = nothing.</param>
/// <param name="Session">The connection of a native client; null for the others.</param>
/// <param name="Listener">Where datagrams go; null = nowhere.</param>
internal sealed record ClientView(string Id, RegistryClient? Client, ClientSession? Session, UdpSubscriber? Listener)
{
    /// <summary>Wheel time of its last sign of life.</summary>
    public long LastUpdated => Session?.Status.LastReceived ?? Math.Max(Client?.LastRenewed ?? 0, Listener?.LastPoll ?? 0);
}
