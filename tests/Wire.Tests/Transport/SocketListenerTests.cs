using System.Net;
using System.Net.Sockets;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

public sealed class SocketListenerTests : IConnectionAcceptor
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    private readonly SocketTransport _transport = new(new TransportResources());
    private readonly RecordingObserver _observer = new();
    private readonly List<TestHandler> _accepted = [];
    private Func<TestHandler, IConnectionHandler?> _decide = static handler => handler;

    [Fact]
    public async Task A_taken_port_throws_when_the_listener_is_made()
    {
        await using SocketListener first = Listen(AnyPort);
        Assert.NotEqual(0, first.LocalEndPoint.Port);
        SocketException fault = Assert.Throws<SocketException>(() => Listen(first.LocalEndPoint));
        Assert.Equal(SocketError.AddressAlreadyInUse, fault.SocketErrorCode);
    }

    [Fact]
    public async Task Connections_reset_before_they_are_accepted_do_not_stop_the_listener()
    {
        await using SocketListener listener = Listen(AnyPort);
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
        await using SocketListener listener = Listen(AnyPort);
        int calls = 0;
        _decide = handler => ++calls == 1 ? throw new InvalidOperationException("no") : handler;
        listener.Start();
        await AssertClosedByListenerAsync(listener);
        await AssertEchoAsync(listener);
    }

    [Fact]
    public async Task A_connection_nobody_wants_is_dropped()
    {
        await using SocketListener listener = Listen(AnyPort);
        _decide = static _ => null;
        listener.Start();
        await AssertClosedByListenerAsync(listener);
    }

    [Fact]
    public async Task Connections_live_on_when_the_listener_is_gone()
    {
        SocketListener listener = Listen(AnyPort);
        listener.Start();
        SocketConnection connection = await ConnectAsync(listener);
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

    private SocketListener Listen(IPEndPoint endPoint) => new(endPoint, _transport, this, _observer, TimeProvider.System);

    private ValueTask<SocketConnection> ConnectAsync(SocketListener listener) =>
        new SocketConnector(_transport).ConnectAsync(listener.LocalEndPoint, null, TestContext.Current.CancellationToken);

    private async Task AssertClosedByListenerAsync(SocketListener listener)
    {
        SocketConnection connection = await ConnectAsync(listener);
        TestHandler client = new(connection, TestHandler.Swallow);
        connection.Start(client);
        Eventually.True(() => client.Closed == 1);
    }

    private async Task AssertEchoAsync(SocketListener listener)
    {
        SocketConnection connection = await ConnectAsync(listener);
        Assert.False(connection.PausesWhenBehind, "only the accepting end pauses");
        TestHandler client = new(connection, TestHandler.Swallow);
        connection.Start(client);
        TransportFixture.Send(connection, [1, 2, 3]);
        Eventually.True(() => client.ReceivedBytes == 3);
        connection.Abort(CloseReason.Aborted);
        Eventually.True(() => client.Closed == 1);
    }
}
