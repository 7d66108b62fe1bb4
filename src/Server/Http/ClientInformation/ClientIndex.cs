using System.Globalization;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Http.Instances;
using FastRegistry.Server.Registry;
using FastRegistry.Server.Sessions;

namespace FastRegistry.Server.Http.ClientInformation;

/// <summary>Finds clients of both kinds by the id operators see: native ones by their connection, the others as <c>ip:port#true</c>.</summary>
/// <remarks>Any thread. Keeps nothing: it reads the tables others need anyway, so it costs nothing until somebody asks.</remarks>
internal sealed class ClientIndex(RegistryNode node, IpPortClients ipPortClients)
{
    private const string EphemeralMark = "#true";
    private const int SlotsPerCopy = 256;

    /// <summary>Ids of all clients of this moment.</summary>
    public List<string> Ids()
    {
        List<string> ids = [.. ipPortClients.Clients.Select(static client => $"{client.Id}{EphemeralMark}")];
        ClientSession?[] slots = new ClientSession?[SlotsPerCopy];
        int copied;
        for (int first = 0; (copied = node.Services.Sessions.CopySlots(first, slots)) > 0; first += copied)
        {
            for (int i = 0; i < copied; i++)
            {
                if (slots[i] is { IsReady: true } session)
                {
                    ids.Add(session.ConnectionId.ToString());
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
                && session.FindClient() is { } native
                    ? new ClientView(id, native, session)
                    : null;
        }

        int colon = id.LastIndexOf(':');
        return colon > 0
            && id.EndsWith(EphemeralMark, StringComparison.Ordinal)
            && int.TryParse(id.AsSpan(colon + 1, id.Length - colon - 1 - EphemeralMark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && ipPortClients.Find(id[..colon], port) is { } client
                ? new ClientView(id, client, Session: null)
                : null;
    }

    /// <summary>The id of whoever publishes something; one that is between two connections has only the name events give it.</summary>
    public static string IdOf(RegistryClient client) => client.Kind switch
    {
        ClientKind.IpPort => $"{client.Id}{EphemeralMark}",
        ClientKind.PersistentIpPort => $"{client.Id}#false",
        _ => (client.Session as ClientSession)?.ConnectionId.ToString() ?? client.Reference.ToString(),
    };
}
