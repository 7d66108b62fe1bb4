using System.Net;
using FastRegistry.Node.Limits;
using FastRegistry.Registry.Events;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>Makes a session of every accepted connection, or refuses it with a goaway that says why. Called on accept loops.</summary>
internal sealed class SessionAcceptor(SessionServices services, RefusedConnections refused) : IConnectionAcceptor
{
    private long _sessions;

    public IConnectionHandler? Accept(Connection connection)
    {
        IPAddress? remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (!services.Limits.TryEnter(remote, out AddressConnections? address, out LimitRule broken))
        {
            return Refuse(connection, LimitKind.Address, broken.Text);
        }

        ClientSession session = new(services, connection, address, Interlocked.Increment(ref _sessions));
        LimitRule rule = services.Limits.Rules.Connections;
        SessionAdmission admission = services.Sessions.TryAdd(session, rule);
        if (admission == SessionAdmission.Admitted)
        {
            session.Open();
            services.Metrics.CountAccepted();
            return session;
        }

        services.Limits.Leave(address);
        return admission switch
        {
            SessionAdmission.Full => Refuse(connection, LimitKind.Node, services.Sessions.LimitText),
            SessionAdmission.BeyondRule => Refuse(connection, LimitKind.Node, rule.Text),
            _ => Refuse(connection, GoAwayReason.Stopping, "the node is stopping", []),
        };
    }

    private IConnectionHandler? Refuse(Connection connection, LimitKind kind, string text)
    {
        services.Metrics.CountRefused(kind);
        return Refuse(connection, GoAwayReason.LimitExceeded, text, services.Limits.RedirectAddresses);
    }

    private IConnectionHandler? Refuse(Connection connection, GoAwayReason reason, string text, IReadOnlyList<string> addresses)
    {
        services.Events.Publish(new ConnectionRefused(reason, text));
        return refused.Refuse(connection, reason, text, addresses);
    }
}
