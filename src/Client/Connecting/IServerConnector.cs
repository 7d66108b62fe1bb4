using FastRegistry.Client.Configuration;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Sockets;

namespace FastRegistry.Client.Connecting;

/// <summary>The seam between the client and its transport: sockets in production, memory in tests.</summary>
internal interface IServerConnector
{
    /// <summary>Reaches a server; the connection is not started. Any exception means that it did not work.</summary>
    ValueTask<Connection> ConnectAsync(ServerAddress address, CancellationToken cancellationToken);
}

/// <summary>Reaches servers over TCP. One per client object, which uses it from its connection loop.</summary>
internal sealed class SocketServerConnector : IServerConnector
{
    // A request may have 1 MiB and a thousand of them may be under way: what a server calls a slow reader is ordinary here. The number of outstanding requests is
    // the tighter bound in practice.
    private const int MaximumUnsentBytes = 64 * 1024 * 1024;

    private readonly SocketConnector _connector = new(new SocketTransport(new TransportResources(Limits)));

    /// <summary>How much may wait to be sent.</summary>
    public static OutboundLimits Limits { get; } = new() { HardBytes = MaximumUnsentBytes };

    public async ValueTask<Connection> ConnectAsync(ServerAddress address, CancellationToken cancellationToken) =>
        await _connector.ConnectAsync(address.ToEndPoint(), localAddress: null, cancellationToken).ConfigureAwait(false);
}
