using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Opens TCP connections on event loops. Any thread.</summary>
/// <remarks>A connection it returns must be started or aborted: nothing else closes its descriptor.</remarks>
/// <param name="transport">Options, pools and loops.</param>
public sealed class EpollConnector(EpollTransport transport)
{
    /// <summary>Connects; the connection is not started.</summary>
    /// <param name="endPoint">The address.</param>
    /// <param name="localAddress">Source address to use; null = the system's choice.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">It did not work.</exception>
    public async ValueTask<Connection> ConnectAsync(IPEndPoint endPoint, IPAddress? localAddress = null, CancellationToken cancellationToken = default)
    {
        EpollLoop loop = transport.NextLoop();
        int descriptor = CreateDescriptor(loop.System, endPoint.AddressFamily, localAddress);
        SocketAddress address = endPoint.Serialize();
        int result = loop.System.Connect(descriptor, address.Buffer.Span[..address.Size]);
        int error = -result;
        if (result == -Errno.InProgress)
        {
            PendingConnect pending = new(loop, descriptor);
            error = await pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (error != 0)
        {
            loop.System.Close(descriptor);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SocketException((int)Errno.ToSocketError(error));
        }

        return new EpollConnection(descriptor, loop, transport.Resources) { PausesWhenBehind = false };
    }

    private int CreateDescriptor(ISystemCalls system, AddressFamily family, IPAddress? localAddress)
    {
        // Made and set up by Socket, which knows every option, and kept as a second descriptor when it goes.
        using Socket socket = new(family, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        SocketSettings.Apply(socket, transport.Options.Sockets);
        if (localAddress is not null)
        {
            SocketSettings.ChoosePortWhenConnecting(socket);
            socket.Bind(new IPEndPoint(localAddress, 0));
        }

        int descriptor = system.Duplicate((int)socket.Handle);
        return descriptor >= 0 ? descriptor : throw new SocketException((int)Errno.ToSocketError(-descriptor));
    }
}
