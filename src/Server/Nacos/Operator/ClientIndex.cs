using System.Globalization;
using System.Net;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Server.Nacos.UdpPush;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>Finds clients of all kinds by the id operators see: native ones by their connection, the others as <c>ip:port#true</c>.</summary>
/// <remarks>Any thread. Keeps nothing: it reads the tables others need anyway, so it costs nothing until somebody asks.</remarks>
internal sealed class ClientIndex(RegistryNode node, IpPortClients ipPortClients, UdpSubscribers listeners)
{
    private const string EphemeralMark = "#true";
    private const int SlotsPerCopy = 256;

    /// <summary>Ids of all clients of this moment.</summary>
    public IReadOnlyCollection<string> Ids()
    {
        HashSet<string> ids = [
            .. ipPortClients.Clients.Select(static client => $"{client.Id}{EphemeralMark}"),
            .. listeners.All.Select(static listener => $"{listener.Target}{EphemeralMark}"),
        ];
        ClientSession?[] slots = new ClientSession?[SlotsPerCopy];
        int copied;
        for (int first = 0; (copied = node.Services.Sessions.CopySlots(first, slots)) > 0; first += copied)
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
            return connection.Incarnation == node.Registry.Epoch.Incarnation
                && node.Services.Sessions.Find(connection.Slot) is { } session
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

    /// <summary>The id of whoever publishes something; one that is between two connections has only the name events give it.</summary>
    public static string IdOf(RegistryClient client) => client.Kind switch
    {
        ClientKind.IpPort => $"{client.Id}{EphemeralMark}",
        ClientKind.PersistentIpPort => $"{client.Id}#false",
        _ => (client.Session as ClientSession)?.Status.ConnectionId.ToString() ?? client.Reference.ToString(),
    };
}
