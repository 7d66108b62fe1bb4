using System.Collections.Immutable;
using System.Net.Sockets;
using FastRegistry.Client.Connecting;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
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
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.RegisterAsync(Orders, new RegistryInstance("a", 1)));
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
    public async Task The_container_makes_one_client_and_disposes_it()
    {
        ServiceCollection services = new();
        services.AddFastRegistry(options => options with { Servers = ["127.0.0.1:1"], Namespace = "tests" });
        ServiceProvider provider = services.BuildServiceProvider();
        INamingClient client = provider.GetRequiredService<INamingClient>();
        Assert.Same(client, provider.GetRequiredService<INamingClient>());
        await provider.DisposeAsync();
        Assert.Equal(ConnectionState.Disposed, client.State);
    }

    [Fact]
    public void A_container_may_be_disposed_synchronously()
    {
        ServiceCollection services = new();
        services.AddFastRegistry(options => options with { Servers = ["127.0.0.1:1"] });
        ServiceProvider provider = services.BuildServiceProvider();
        INamingClient client = provider.GetRequiredService<INamingClient>();
        provider.Dispose();
        Assert.Equal(ConnectionState.Disposed, client.State);
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

    [Theory]
    [InlineData("registry", "registry", 7848)]
    [InlineData("registry:1", "registry", 1)]
    [InlineData("10.0.0.1:65535", "10.0.0.1", 65535)]
    [InlineData("[::1]:7848", "::1", 7848)]
    [InlineData("[::1]", "::1", 7848)]
    [InlineData("fe80::1", "fe80::1", 7848)]
    public void Addresses_are_read(string text, string host, int port)
    {
        Assert.True(ServerAddress.TryParse(text, out ServerAddress address));
        Assert.Equal(new ServerAddress(host, port), address);
        Assert.True(ServerAddress.TryParse(address.ToString(), out ServerAddress again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData(":80")]
    [InlineData("http://host:80")]
    [InlineData("[host]:80")]
    public void What_is_no_address_is_refused(string text)
    {
        Assert.False(ServerAddress.TryParse(text, out _));
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => _fixture.CreateClient(options => options with { Servers = [text] }));
        Assert.Equal("Servers", refusal.ParamName);
    }

    [Fact]
    public void A_wrong_option_is_named()
    {
        Assert.Equal("RequestTimeout", Refusal(options => options with { RequestTimeout = TimeSpan.Zero }));
        Assert.Equal("Namespace", Refusal(options => options with { Namespace = "" }));
        Assert.Equal("ReconnectMaximum", Refusal(options => options with { ReconnectMaximum = TimeSpan.FromMilliseconds(1) }));
        Assert.Equal("MaximumSubscribers", Refusal(options => options with { MaximumSubscribers = 0 }));
        string? Refusal(Func<NamingClientOptions, NamingClientOptions> change) =>
            Assert.Throws<ArgumentException>(() => _fixture.CreateClient(change)).ParamName;
    }

    [Fact]
    public void Keys_and_instances_compare_by_value()
    {
        Assert.Equal(new ServiceKey("g", "s"), ServiceKey.Parse("g@@s"));
        Assert.Equal(new ServiceKey("s"), ServiceKey.Parse("s"));
        Assert.Equal("g@@s", new ServiceKey("g", "s").ToString());
        Assert.False(ServiceKey.TryParse("@@s", out _));
        Assert.Throws<FormatException>(() => ServiceKey.Parse("a@@b@@c"));
        RegistryInstance one = new("a", 1) { Metadata = new Dictionary<string, string> { ["k"] = "v", ["l"] = "w" }.ToImmutableDictionary() };
        RegistryInstance two = new("a", 1) { Metadata = new Dictionary<string, string> { ["l"] = "w", ["k"] = "v" }.ToImmutableDictionary() };
        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.NotEqual(one, two with { Metadata = one.Metadata.SetItem("k", "x") });
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
