using System.Net;
using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Sockets;

namespace FastRegistry.Wire.Tests.Transport.Sockets;

public sealed class SocketOptionTests : IConnectionAcceptor
{
    private static readonly SocketTransportOptions Unusual = new()
    {
        UserTimeout = TimeSpan.FromSeconds(33),
        NotSentLowWaterBytes = 12_345,
        KeepAliveIdle = TimeSpan.FromSeconds(41),
        KeepAliveInterval = TimeSpan.FromSeconds(7),
        KeepAliveProbes = 3,
    };

    private readonly RecordingObserver _observer = new();
    private SocketConnection? _accepted;

    [Fact]
    public async Task Accepted_and_connecting_sockets_have_the_options()
    {
        (Socket accepted, Socket connecting) = await ConnectAsync(Unusual);
        foreach (Socket socket in new[] { accepted, connecting })
        {
            Assert.True(socket.NoDelay);
            Assert.False(socket.Blocking);
            Assert.Equal((1, 41, 7, 3), SocketOptionReader.KeepAlive(socket));
            if (OperatingSystem.IsLinux())
            {
                Assert.Equal(33_000, SocketOptionReader.UserTimeout(socket));
                Assert.Equal(12_345, SocketOptionReader.NotSentLowWater(socket));
            }

            socket.Dispose();
        }
    }

    [Fact]
    public async Task By_default_the_kernel_asks_after_60_seconds_every_15_seconds_4_times()
    {
        (Socket accepted, Socket connecting) = await ConnectAsync(new SocketTransportOptions());
        Assert.Equal((1, 60, 15, 4), SocketOptionReader.KeepAlive(accepted));
        Assert.Equal((1, 60, 15, 4), SocketOptionReader.KeepAlive(connecting));
        accepted.Dispose();
        connecting.Dispose();
    }

    [Fact]
    public async Task No_idle_time_means_no_keep_alive()
    {
        (Socket accepted, Socket connecting) = await ConnectAsync(new SocketTransportOptions { KeepAliveIdle = TimeSpan.Zero });
        Assert.Equal(0, SocketOptionReader.KeepAlive(accepted).On);
        Assert.Equal(0, SocketOptionReader.KeepAlive(connecting).On);
        accepted.Dispose();
        connecting.Dispose();
    }

    IConnectionHandler? IConnectionAcceptor.Accept(Connection connection)
    {
        TestHandler handler = new(connection, TestHandler.Swallow);
        Volatile.Write(ref _accepted, (SocketConnection)connection);
        return handler;
    }

    private async Task<(Socket Accepted, Socket Connecting)> ConnectAsync(SocketTransportOptions options)
    {
        SocketTransport transport = new(new TransportResources(), options);
        await using SocketListener listener = new(new IPEndPoint(IPAddress.Loopback, 0), transport, this, _observer, TimeProvider.System);
        listener.Start();
        SocketConnection connecting = await new SocketConnector(transport).ConnectAsync(
            listener.LocalEndPoint, cancellationToken: TestContext.Current.CancellationToken);
        Eventually.True(() => Volatile.Read(ref _accepted) is not null);
        return (_accepted!.Socket, connecting.Socket);
    }
}
