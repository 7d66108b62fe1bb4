using System.Net;
using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>What every listener over TCP must do.</summary>
public abstract class ListenerSuite : IConnectionAcceptor, IAsyncLifetime
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    private readonly RecordingObserver _observer = new();
    private readonly List<TestHandler> _accepted = [];
    private Func<TestHandler, IConnectionHandler?> _decide = static handler => handler;

    internal TransportResources Resources { get; } = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await ReleaseTransportAsync();
        GC.SuppressFinalize(this);
    }

    internal abstract IConnectionListener Listen(IPEndPoint endPoint, IConnectionAcceptor acceptor, IAcceptObserver observer);

    internal abstract ValueTask<Connection> ConnectAsync(IPEndPoint endPoint);

    [Fact]
    public async Task A_taken_port_throws_when_the_listener_is_made()
    {
        await using IConnectionListener first = Listen(AnyPort);
        Assert.NotEqual(0, first.LocalEndPoint.Port);
        SocketException fault = Assert.Throws<SocketException>(() => Listen(first.LocalEndPoint));
        Assert.Equal(SocketError.AddressAlreadyInUse, fault.SocketErrorCode);
    }

    [Fact]
    public async Task Connections_reset_before_they_are_accepted_do_not_stop_the_listener()
    {
        await using IConnectionListener listener = Listen(AnyPort);
        for (int i = 0; i < 20; i++)
        {
            using Socket reset = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await reset.ConnectAsync(listener.LocalEndPoint, TestContext.Current.CancellationToken);
            reset.LingerState = new LingerOption(true, 0);
            reset.Close();
        }

        // Only now: all of them wait in the backlog, dead.
        listener.Start();
        await AssertEchoAsync(listener);
        Assert.Null(_observer.Ended);
    }

    [Fact]
    public async Task An_acceptor_that_throws_loses_that_connection_only()
    {
        await using IConnectionListener listener = Listen(AnyPort);
        int calls = 0;
        _decide = handler => ++calls == 1 ? throw new InvalidOperationException("no") : handler;
        listener.Start();
        await AssertClosedByListenerAsync(listener);
        await AssertEchoAsync(listener);
    }

    [Fact]
    public async Task A_connection_nobody_wants_is_dropped()
    {
        await using IConnectionListener listener = Listen(AnyPort);
        _decide = static _ => null;
        listener.Start();
        await AssertClosedByListenerAsync(listener);
    }

    [Fact]
    public async Task Connections_live_on_when_the_listener_is_gone()
    {
        IConnectionListener listener = Listen(AnyPort);
        listener.Start();
        Connection connection = await ConnectAsync(listener);
        TestHandler client = new(connection, TestHandler.Swallow);
        connection.Start(client);
        Eventually.True(() => Accepted == 1);
        await listener.DisposeAsync();
        await Assert.ThrowsAsync<SocketException>(async () => await ConnectAsync(listener));

        TransportFixture.Send(connection, [1]);
        Eventually.True(() => client.ReceivedBytes == 1);
        connection.Abort(CloseReason.Aborted);
        Eventually.True(() => _accepted[0].Closed == 1 && client.Closed == 1);
    }

    [Fact]
    public async Task The_acceptor_sees_the_address_of_the_peer()
    {
        await using IConnectionListener listener = Listen(AnyPort);
        IPEndPoint? remote = null;
        _decide = handler =>
        {
            Volatile.Write(ref remote, (IPEndPoint?)handler.Connection.RemoteEndPoint);
            return handler;
        };
        listener.Start();
        using Socket peer = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(listener.LocalEndPoint, TestContext.Current.CancellationToken);
        Eventually.True(() => Volatile.Read(ref remote) is not null);
        Assert.Equal(peer.LocalEndPoint, remote);

        TestHandler accepted = _accepted[0];
        Assert.Equal(remote, accepted.Connection.RemoteEndPoint);
        accepted.Connection.Abort(CloseReason.Aborted);
        Eventually.True(() => accepted.Closed == 1);
        Assert.Null(accepted.Connection.RemoteEndPoint);
    }

    protected virtual ValueTask ReleaseTransportAsync() => ValueTask.CompletedTask;

    IConnectionHandler? IConnectionAcceptor.Accept(Connection connection)
    {
        TestHandler handler = new(connection, TestHandler.Echo);
        lock (_accepted)
        {
            _accepted.Add(handler);
        }

        return _decide(handler);
    }

    private int Accepted
    {
        get
        {
            lock (_accepted)
            {
                return _accepted.Count;
            }
        }
    }

    private IConnectionListener Listen(IPEndPoint endPoint) => Listen(endPoint, this, _observer);

    private ValueTask<Connection> ConnectAsync(IConnectionListener listener) => ConnectAsync(listener.LocalEndPoint);

    private async Task AssertClosedByListenerAsync(IConnectionListener listener)
    {
        Connection connection = await ConnectAsync(listener);
        TestHandler client = new(connection, TestHandler.Swallow);
        connection.Start(client);
        Eventually.True(() => client.Closed == 1);
    }

    private async Task AssertEchoAsync(IConnectionListener listener)
    {
        Connection connection = await ConnectAsync(listener);
        Assert.False(connection.PausesAboveHighWaterMark, "only the accepting end pauses");
        TestHandler client = new(connection, TestHandler.Swallow);
        connection.Start(client);
        TransportFixture.Send(connection, [1, 2, 3]);
        Eventually.True(() => client.ReceivedBytes == 3);
        connection.Abort(CloseReason.Aborted);
        Eventually.True(() => client.Closed == 1);
    }
}
