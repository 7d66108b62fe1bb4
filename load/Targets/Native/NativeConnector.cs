using System.Net;
using System.Net.Sockets;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;
using FastRegistry.Wire.Transport.Sockets;

namespace FastRegistry.Load.Targets.Native;

/// <summary>Opens the connections of a native target on the transport that was chosen.</summary>
/// <remarks>One per target, which disposes it after its last connection. Any thread. On an event loop, its thread is the one that receives for all of them.</remarks>
internal sealed class NativeConnector : IAsyncDisposable
{
    // A generator lives for one run and judges silence by its own operations: what the kernel would watch for is only more system calls per connection.
    private static readonly SocketTransportOptions Options = new() { KeepAliveIdle = TimeSpan.Zero, UserTimeout = TimeSpan.Zero, NotSentLowWaterBytes = 0 };

    private readonly SocketConnector? _sockets;
    private readonly EpollTransport? _loops;
    private readonly EpollConnector? _connector;

    /// <param name="transport">Which; <see cref="ClientTransport.Epoll"/> only where <see cref="EpollTransport.IsSupported"/>.</param>
    public NativeConnector(ClientTransport transport)
    {
        if (Resolve(transport) == ClientTransport.Epoll)
        {
            _loops = new EpollTransport(new TransportResources(), new EpollTransportOptions { Sockets = Options });
            _connector = new EpollConnector(_loops);
        }
        else
        {
            _sockets = new SocketConnector(new SocketTransport(new TransportResources(), Options));
        }
    }

    /// <summary>What a choice means on this machine: never <see cref="ClientTransport.Auto"/>.</summary>
    public static ClientTransport Resolve(ClientTransport transport) => transport != ClientTransport.Auto ? transport
        : EpollTransport.IsSupported ? ClientTransport.Epoll
        : ClientTransport.Sockets;

    /// <exception cref="SocketException">It did not work.</exception>
    public async ValueTask<Connection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken) => _connector is not null
        ? await _connector.ConnectAsync(server, source, cancellationToken).ConfigureAwait(false)
        : await _sockets!.ConnectAsync(server, source, cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _loops?.DisposeAsync() ?? ValueTask.CompletedTask;
}
