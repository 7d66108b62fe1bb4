using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

public sealed class EpollOptionTests
{
    private static readonly SocketTransportOptions Unusual = new()
    {
        UserTimeout = TimeSpan.FromSeconds(33),
        NotSentLowWaterBytes = 12_345,
        KeepAliveIdle = TimeSpan.FromSeconds(41),
        KeepAliveInterval = TimeSpan.FromSeconds(7),
        KeepAliveProbes = 3,
    };

    [Fact]
    public Task Accepted_and_connecting_descriptors_have_the_options_of_sockets() => CheckAsync(Unusual, socket =>
    {
        Assert.Equal((1, 41, 7, 3), SocketOptionReader.KeepAlive(socket));
        Assert.Equal(33_000, SocketOptionReader.UserTimeout(socket));
        Assert.Equal(12_345, SocketOptionReader.NotSentLowWater(socket));
    });

    [Fact]
    public Task By_default_the_kernel_asks_as_it_does_for_sockets() => CheckAsync(
        new SocketTransportOptions(), static socket => Assert.Equal((1, 60, 15, 4), SocketOptionReader.KeepAlive(socket)));

    [Fact]
    public Task No_idle_time_means_no_keep_alive() => CheckAsync(
        new SocketTransportOptions { KeepAliveIdle = TimeSpan.Zero }, static socket => Assert.Equal(0, SocketOptionReader.KeepAlive(socket).On));

    private static async Task CheckAsync(SocketTransportOptions options, Action<Socket> check)
    {
        await using EpollTransport transport = new(new TransportResources(), new EpollTransportOptions { Sockets = options });
        EpollPairs pairs = new(transport);
        (TestHandler accepted, TestHandler connecting) = await pairs.ConnectAsync(TestHandler.Swallow, TestHandler.Swallow);
        foreach (TestHandler handler in new[] { accepted, connecting })
        {
            int descriptor = ((EpollConnection)handler.Connection).Descriptor;
            using Socket socket = new(new SafeSocketHandle(descriptor, ownsHandle: false));
            Assert.True(socket.NoDelay);
            check(socket);
        }

        await pairs.DisposeAsync();
    }

    [Fact]
    public async Task A_source_address_is_used_and_a_refusal_is_an_exception()
    {
        await using EpollTransport transport = new(new TransportResources());
        EpollPairs pairs = new(transport);
        IPAddress source = IPAddress.Parse("127.0.0.9");
        EpollConnector connector = new(transport);
        TestHandler accepted = (await pairs.ConnectAsync(TestHandler.Swallow, TestHandler.Swallow, source)).Server;
        Assert.Equal(source, ((IPEndPoint)accepted.Connection.RemoteEndPoint!).Address);
        IPEndPoint nobody = pairs.EndPoint;
        await pairs.DisposeAsync();
        SocketException refused = await Assert.ThrowsAsync<SocketException>(
            async () => await connector.ConnectAsync(nobody, null, TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }
}
