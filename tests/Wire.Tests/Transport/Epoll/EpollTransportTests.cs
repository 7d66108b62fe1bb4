using System.Net.Sockets;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

public class EpollTransportTests : TcpTransportSuite
{
    private readonly EpollTransport _transport;
    private readonly EpollPairs _pairs;

    public EpollTransportTests()
        : this(new EpollTransportOptions(), LinuxSystemCalls.Instance)
    {
    }

    internal EpollTransportTests(EpollTransportOptions options, ISystemCalls system)
    {
        _transport = new EpollTransport(Resources, options, system);
        _pairs = new EpollPairs(_transport, system);
    }

    internal override Task<(TestHandler Server, TestHandler Client)> ConnectCoreAsync(Receive server, Receive client) => _pairs.ConnectAsync(server, client);

    internal override Task<(TestHandler Server, Socket Peer)> ConnectRawCoreAsync(Receive server) => _pairs.ConnectRawAsync(server);

    /// <summary>The loops watch nothing any more when the last listener is gone.</summary>
    protected override async ValueTask ReleaseTransportAsync()
    {
        await _pairs.DisposeAsync();
        Assert.Equal(0, _transport.Sources);
        await _transport.DisposeAsync();
    }
}
