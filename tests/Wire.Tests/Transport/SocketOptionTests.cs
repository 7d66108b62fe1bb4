using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

public sealed class SocketOptionTests : IConnectionAcceptor
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;
    private const int TcpNotSentLowWater = 25;

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
            Assert.Equal((1, 41, 7, 3), KeepAlive(socket));
            if (OperatingSystem.IsLinux())
            {
                Assert.Equal(33_000, Linux(socket, TcpUserTimeout));
                Assert.Equal(12_345, Linux(socket, TcpNotSentLowWater));
            }

            socket.Dispose();
        }
    }

    [Fact]
    public async Task By_default_the_kernel_asks_after_60_seconds_every_15_seconds_4_times()
    {
        (Socket accepted, Socket connecting) = await ConnectAsync(new SocketTransportOptions());
        Assert.Equal((1, 60, 15, 4), KeepAlive(accepted));
        Assert.Equal((1, 60, 15, 4), KeepAlive(connecting));
        accepted.Dispose();
        connecting.Dispose();
    }

    [Fact]
    public async Task No_idle_time_means_no_keep_alive()
    {
        (Socket accepted, Socket connecting) = await ConnectAsync(new SocketTransportOptions { KeepAliveIdle = TimeSpan.Zero });
        Assert.Equal(0, KeepAlive(accepted).On);
        Assert.Equal(0, KeepAlive(connecting).On);
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

    private static (int On, int Idle, int Interval, int Probes) KeepAlive(Socket socket) =>
        (Number(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive) != 0 ? 1 : 0,
            Number(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime),
            Number(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval),
            Number(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));

    private static int Number(Socket socket, SocketOptionLevel level, SocketOptionName name) => (int)socket.GetSocketOption(level, name)!;

    private static int Linux(Socket socket, int option)
    {
        byte[] value = new byte[sizeof(int)];
        socket.GetRawSocketOption(TcpLevel, option, value);
        return BinaryPrimitives.ReadInt32LittleEndian(value);
    }
}
