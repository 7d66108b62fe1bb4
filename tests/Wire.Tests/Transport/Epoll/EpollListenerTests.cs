using System.Net;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

public sealed class EpollListenerTests : ListenerSuite
{
    private readonly EpollTransport _transport;

    public EpollListenerTests() => _transport = new EpollTransport(Resources);

    internal override IConnectionListener Listen(IPEndPoint endPoint, IConnectionAcceptor acceptor, IAcceptObserver observer) =>
        new EpollListener(endPoint, _transport, acceptor, observer, TimeProvider.System);

    internal override ValueTask<Connection> ConnectAsync(IPEndPoint endPoint) =>
        new EpollConnector(_transport).ConnectAsync(endPoint, null, TestContext.Current.CancellationToken);

    protected override ValueTask ReleaseTransportAsync() => _transport.DisposeAsync();
}
