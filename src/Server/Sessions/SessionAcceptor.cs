using FastRegistry.Server.Events;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Server.Sessions;

/// <summary>Makes a session of every accepted connection, or refuses it with a goaway that says why. Called on accept loops.</summary>
internal sealed class SessionAcceptor(SessionServices services, RefusedConnections refused) : IConnectionAcceptor
{
    private long _sessions;

    public IConnectionHandler? Accept(Connection connection)
    {
        ClientSession session = new(services, connection, Interlocked.Increment(ref _sessions));
        switch (services.Sessions.TryAdd(session))
        {
            case SessionAdmission.Admitted:
                session.Open();
                services.Metrics.CountAccepted();
                return session;
            case SessionAdmission.Full:
                services.Metrics.CountRefused();
                return Refuse(connection, GoAwayReason.LimitExceeded, services.Sessions.LimitText);
            default:
                return Refuse(connection, GoAwayReason.Stopping, "the node is stopping");
        }
    }

    private IConnectionHandler? Refuse(Connection connection, GoAwayReason reason, string text)
    {
        services.Events.Publish(new ConnectionRefused(reason, text));
        return refused.Refuse(connection, reason, text);
    }
}
