using FastRegistry.Client.Configuration;
using FastRegistry.Client.Connecting;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Transport;
using Microsoft.Extensions.Logging;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Connecting;

/// <summary>The connection loop goes on whatever is thrown at it.</summary>
public sealed class UnexpectedTests : IAsyncDisposable
{
    private static readonly RegistryInstance First = new("10.0.0.1", 80);
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_logger_that_throws_does_not_keep_the_client_from_its_work()
    {
        using ThrowingLoggerFactory log = new();
        NamingClient client = new(new NamingClientOptions { Servers = [ClientFixture.DefaultAddress] }, _fixture, log, _fixture.Time);
        await _fixture.UntilAsync(() => client.State == ConnectionState.Connected);
        await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey("orders"), First));
        Server.IsDown = true;
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Reconnecting);
        await _fixture.PassAsync(TimeSpan.FromSeconds(3));
        Server.IsDown = false;
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
        await _fixture.UntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 1);
        Assert.NotEqual(0, log.Thrown);
        await _fixture.CompletesAsync(client.DisposeAsync());
    }

    [Fact]
    public async Task Without_room_for_deadlines_a_connection_fails_and_leaves_nothing_behind()
    {
        Server.IsDown = true;

        // Two for the client itself and four for the callers that wait: none is left for a session.
        NamingClient client = _fixture.CreateClient(static options => options with { MaximumDeadlines = 6 });
        Task[] waiting = [.. Enumerable.Range(0, 4).Select(i => client.RegisterAsync(new ServiceKey($"s{i}"), First).AsTask())];
        await _fixture.PassUntilAsync(() => _fixture.Attempts.Count == 2);
        Server.IsDown = false;
        await _fixture.PassUntilAsync(() => Server.Connections.Count >= 2);
        Assert.NotEqual(ConnectionState.Connected, client.State);
        await _fixture.PassUntilAsync(() => Server.Connections.All(static connection => connection.IsClosed));
        Assert.Empty(Server.Frames);

        // The callers give up, and there is room.
        await _fixture.PassUntilAsync(() => waiting.All(static call => call.IsCompleted));
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
        Assert.Single(Server.Connections, static connection => !connection.IsClosed);
        await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey("orders"), First));
    }

    [Fact]
    public async Task A_connector_that_throws_anything_is_asked_again()
    {
        Connector connector = new(_fixture);
        NamingClient client = new(
            new NamingClientOptions { Servers = [ClientFixture.DefaultAddress], ReconnectSpread = TimeSpan.FromMilliseconds(1) }, connector, _fixture.Log, _fixture.Time);
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
        Assert.Equal(5, connector.Attempts);
        await _fixture.CompletesAsync(client.DisposeAsync());
    }

    private sealed class Connector(ClientFixture fixture) : IServerConnector
    {
        public int Attempts { get; private set; }

        public ValueTask<Connection> ConnectAsync(ServerAddress address, CancellationToken cancellationToken) => ++Attempts switch
        {
            1 => throw new InvalidOperationException("connector"),
            2 => throw new OperationCanceledException("connector"),
            3 => throw new NullReferenceException("connector"),
            4 => ValueTask.FromException<Connection>(new NotSupportedException("connector")),
            _ => fixture.ConnectAsync(address, cancellationToken),
        };
    }

    private sealed class ThrowingLoggerFactory : ILoggerFactory, ILogger
    {
        private int _thrown;

        public int Thrown => Volatile.Read(ref _thrown);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Interlocked.Increment(ref _thrown);
            throw new InvalidOperationException("logger");
        }
    }
}
