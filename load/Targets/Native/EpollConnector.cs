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
        int error = loop.HasEnded ? Errno.Canceled : Connect(loop.System, descriptor, endPoint);
        if (error == Errno.ConnectUnderWay)
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

    /// <summary>Begins to connect. 0 = it is done: a peer on the same machine has answered by the time that the call returns.</summary>
    private static int Connect(ISystemCalls system, int descriptor, IPEndPoint endPoint)
    {
        SocketAddress address = endPoint.Serialize();
        ReadOnlySpan<byte> bytes = address.Buffer.Span[..address.Size];
        int error = -system.Connect(descriptor, bytes);
        if (error is Errno.InProgress or Errno.Interrupted)
        {
            // One more call tells; waiting for the event takes four, and two changes of thread.
            error = -system.Connect(descriptor, bytes);
        }

        return error switch
        {
            Errno.AlreadyConnected => 0,
            Errno.InProgress or Errno.Interrupted => Errno.ConnectUnderWay,
            _ => error,
        };
    }

    private int CreateDescriptor(ISystemCalls system, AddressFamily family, IPAddress? localAddress)
    {
        int descriptor = Check(system.CreateSocket(family));
        try
        {
            DescriptorSettings.Apply(system, descriptor, transport.Options.Sockets);
            if (localAddress is not null)
            {
                DescriptorSettings.ChoosePortWhenConnecting(system, descriptor, family);
                SocketAddress source = new IPEndPoint(localAddress, 0).Serialize();
                Check(system.Bind(descriptor, source.Buffer.Span[..source.Size]));
            }

            return descriptor;
        }
        catch
        {
            system.Close(descriptor);
            throw;
        }
    }

    private static int Check(int result) => result >= 0 ? result : throw new SocketException((int)Errno.ToSocketError(-result));
}
