using FastRegistry.Wire.Transport;

namespace FastRegistry.Client.Connecting;

/// <summary>The seam between the client and its transport: sockets in production, memory in tests.</summary>
internal interface IServerConnector
{
    /// <summary>Reaches a server; the connection is not started. Any exception means that it did not work.</summary>
    ValueTask<Connection> ConnectAsync(ServerAddress address, CancellationToken cancellationToken);
}
