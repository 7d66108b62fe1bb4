using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Connects sockets from a chosen source address.</summary>
internal static class SourceBoundSocket
{
    private const int LinuxIpLevel = 0;
    private const int LinuxIpBindAddressNoPort = 24;

    /// <exception cref="SocketException">It did not work.</exception>
    public static async Task<Socket> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (source is not null)
            {
                // Without it the bind takes a port that is free towards every destination, and searching for one gets slow with thousands of connections.
                if (OperatingSystem.IsLinux() && socket.AddressFamily == AddressFamily.InterNetwork)
                {
                    socket.SetRawSocketOption(LinuxIpLevel, LinuxIpBindAddressNoPort, BitConverter.GetBytes(1));
                }

                socket.Bind(new IPEndPoint(source, 0));
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
