using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Sockets;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests;

public sealed class LifetimeTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private readonly ClientFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Disposal_says_goodbye_and_may_be_repeated()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.DisposeAsync());
        await _fixture.CompletesAsync(client.DisposeAsync());
        ReceivedFrame goodbye = Assert.Single(_fixture.Server.Of(FrameKind.GoAway));
        Assert.Equal((uint)GoAwayReason.ClientClosing, goodbye.Parse<GoAway>().Reason);
        Assert.Equal(ConnectionState.Disposed, client.State);
        ObjectDisposedException refusal =
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.RegisterAsync(Orders, new RegistryInstance("a", 1)));
        Assert.Equal(typeof(NamingClient).FullName, refusal.ObjectName);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.GetInstancesAsync(Orders));
    }

    [Fact]
    public async Task Disposal_ends_those_who_wait_for_an_answer_or_a_connection()
    {
        NamingClient connected = await _fixture.ConnectAsync();
        _fixture.Server.Answers[MessageType.Register] = _ => null;
        _fixture.Server.Answers[MessageType.Subscribe] = _ => null;
        Task answer = connected.RegisterAsync(Orders, new RegistryInstance("a", 1)).AsTask();
        Task list = connected.GetInstancesAsync(Orders).AsTask();
        Task<bool> watch = connected.WatchAsync(new ServiceKey("other")).GetAsyncEnumerator(TestContext.Current.CancellationToken).MoveNextAsync().AsTask();
        await _fixture.CompletesAsync(connected.DisposeAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => answer);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => list);
        Assert.False(await watch);

        _fixture.Server.IsDown = true;
        NamingClient waiting = _fixture.CreateClient();
        Task connection = waiting.RegisterAsync(Orders, new RegistryInstance("a", 1)).AsTask();
        await _fixture.CompletesAsync(waiting.DisposeAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection);
    }

    [Fact]
    public async Task Clients_of_one_process_are_isolated()
    {
        _fixture.AddServer("two:7848");
        NamingClient blue = await _fixture.ConnectAsync(options => options with { Namespace = "blue" });
        NamingClient green = await _fixture.ConnectAsync(options => options with { Namespace = "green", Servers = ["two"] });
        await _fixture.CompletesAsync(blue.RegisterAsync(Orders, new RegistryInstance("a", 1)));
        Assert.Empty(green.GetRegistrations());
        await _fixture.CompletesAsync(green.DisposeAsync());
        await _fixture.CompletesAsync(blue.DeregisterAsync(Orders, new RegistryInstance("a", 1)));
        Assert.Equal(ConnectionState.Connected, blue.State);
    }

    [Fact]
    public async Task Over_sockets_it_works_as_in_memory()
    {
        SocketTransport transport = new(new TransportResources());
        ScriptedServer server = new();
        Acceptor acceptor = new(server);
        await using SocketListener listener = new(
            new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), transport, acceptor, acceptor, TimeProvider.System);
        listener.Start();
        await using NamingClient client = new(new NamingClientOptions { Servers = [listener.LocalEndPoint.ToString()] });
        await client.RegisterAsync(Orders, new RegistryInstance("10.0.0.1", 80));
        Assert.Empty(await client.GetInstancesAsync(Orders));
        Assert.Single(server.Requests(MessageType.Register));
    }

    private sealed class Acceptor(ScriptedServer server) : IConnectionAcceptor, IAcceptObserver
    {
        public IConnectionHandler? Accept(Connection connection) => server.Adopt(connection);

        public void AcceptFailed(AcceptErrorTier tier, SocketError error, TimeSpan backOff)
        {
        }

        public void ListenerFailed(SocketError error)
        {
        }
    }
}
