using System.Net.Sockets;
using FastRegistry.Wire.Transport.Sockets;

namespace FastRegistry.Wire.Tests.Transport.Sockets;

public sealed class SocketTransportTests : TcpTransportSuite
{
    private readonly SocketTransport _transport;

    public SocketTransportTests() => _transport = new SocketTransport(Resources);

    internal override async Task<(TestHandler Server, TestHandler Client)> ConnectCoreAsync(Receive server, Receive client)
    {
        (Socket first, Socket second) = await SocketPair.CreateAsync();
        SocketConnection serverConnection = _transport.Wrap(first);
        SocketConnection clientConnection = _transport.Wrap(second);
        clientConnection.PausesAboveHighWaterMark = false;
        TestHandler serverHandler = new(serverConnection, server);
        TestHandler clientHandler = new(clientConnection, client);
        serverConnection.Start(serverHandler);
        clientConnection.Start(clientHandler);
        return (serverHandler, clientHandler);
    }

    internal override async Task<(TestHandler Server, Socket Peer)> ConnectRawCoreAsync(Receive server)
    {
        (Socket first, Socket second) = await SocketPair.CreateAsync();
        SocketConnection connection = _transport.Wrap(first);
        TestHandler handler = new(connection, server);
        connection.Start(handler);
        return (handler, second);
    }
}
