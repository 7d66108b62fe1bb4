using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>How every listener hands over what it has accepted.</summary>
internal static class AcceptedConnection
{
    /// <summary>Starts the connection with the handler that the acceptor makes for it, or drops it. Does not throw.</summary>
    public static void HandOver(Connection connection, IConnectionAcceptor acceptor, IAcceptObserver observer)
    {
        IConnectionHandler? handler;
        try
        {
            handler = acceptor.Accept(connection);
        }
#pragma warning disable CA1031 // One connection that cannot be taken over must not end the loop that accepts all others.
        catch (Exception)
#pragma warning restore CA1031
        {
            connection.Abort(CloseReason.Aborted);
            observer.AcceptFailed(AcceptErrorTier.Transient, SocketError.SocketError, TimeSpan.Zero);
            return;
        }

        if (handler is null)
        {
            connection.Abort(CloseReason.Aborted);
            return;
        }

        connection.Start(handler);
    }
}
