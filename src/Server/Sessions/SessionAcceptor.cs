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
                return refused.Refuse(connection, GoAwayReason.LimitExceeded, services.Sessions.LimitText);
            default:
                return refused.Refuse(connection, GoAwayReason.Stopping, "the node is stopping");
        }
    }
}
