using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>A bound listener of any transport. Disposing it stops accepting; connections live on.</summary>
public interface IConnectionListener : IAsyncDisposable
{
    /// <summary>The address it really listens on; the port is filled in when 0 was asked for.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Begins to accept.</summary>
    void Start();
}

/// <summary>Decides what to do with a connection a listener has accepted.</summary>
public interface IConnectionAcceptor
{
    /// <summary>Makes the handler of a new connection. Called on the accept loop; must not block.</summary>
    /// <returns>The handler, or null to drop the connection without a goaway.</returns>
    IConnectionHandler? Accept(Connection connection);
}

/// <summary>Hands accepted connections over; the same for every listener.</summary>
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
