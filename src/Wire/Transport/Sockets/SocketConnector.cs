using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport.Sockets;

/// <summary>Opens TCP connections. Any thread.</summary>
/// <param name="transport">Options and pools.</param>
public sealed class SocketConnector(SocketTransport transport)
{
    /// <summary>Connects; the connection is not started.</summary>
    /// <param name="endPoint">An address, or a host name to resolve.</param>
    /// <param name="localAddress">Source address to use; null = the system's choice.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">It did not work.</exception>
    public async ValueTask<SocketConnection> ConnectAsync(
        EndPoint endPoint, IPAddress? localAddress = null, CancellationToken cancellationToken = default)
    {
        Socket socket = endPoint is IPEndPoint address
            ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (localAddress is not null)
            {
                SocketSettings.ChoosePortWhenConnecting(socket);
                socket.Bind(new IPEndPoint(localAddress, 0));
            }

            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            SocketConnection connection = transport.Wrap(socket);
            connection.PausesAboveHighWaterMark = false;
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
