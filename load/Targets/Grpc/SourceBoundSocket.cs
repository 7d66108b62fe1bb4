using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Connects sockets from a chosen source address.</summary>
internal static class SourceBoundSocket
{
    /// <exception cref="SocketException">It did not work.</exception>
    public static async Task<Socket> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (source is not null)
            {
                SourceAddress.Bind(socket, source);
            }

            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
