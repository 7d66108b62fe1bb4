using System.Net;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Sockets;

namespace FastRegistry.Wire.Tests.Transport.Sockets;

public sealed class SocketListenerTests : ListenerSuite
{
    private readonly SocketTransport _transport;

    public SocketListenerTests() => _transport = new SocketTransport(Resources);

    internal override IConnectionListener Listen(IPEndPoint endPoint, IConnectionAcceptor acceptor, IAcceptObserver observer) =>
        new SocketListener(endPoint, _transport, acceptor, observer, TimeProvider.System);

    internal override async ValueTask<Connection> ConnectAsync(IPEndPoint endPoint) =>
        await new SocketConnector(_transport).ConnectAsync(endPoint, null, TestContext.Current.CancellationToken);
}
