using FastRegistry.Wire.Transport;

namespace FastRegistry.Client.Connecting;

/// <summary>Reaches servers over TCP. One per client object, which uses it from its connection loop.</summary>
internal sealed class SocketServerConnector : IServerConnector
{
    private readonly SocketConnector _connector = new(new SocketTransport(new TransportResources()));

    public async ValueTask<Connection> ConnectAsync(ServerAddress address, CancellationToken cancellationToken) =>
        await _connector.ConnectAsync(address.ToEndPoint(), localAddress: null, cancellationToken).ConfigureAwait(false);
}
