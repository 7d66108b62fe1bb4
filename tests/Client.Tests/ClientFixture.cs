using System.Collections.Concurrent;
using System.Diagnostics;
using FastRegistry.Client.Configuration;
using FastRegistry.Client.Connecting;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Client.Tests;

/// <summary>Scripted servers by address, virtual time, and clients between them. Waiting is always for a condition, with a deadline in real time.</summary>
internal sealed class ClientFixture : IServerConnector, IAsyncDisposable
{
    public const string DefaultAddress = "one:7848";

    // What is tested begins after it.
    private static readonly TimeSpan Spread = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RealDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastStep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MeasuredStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CoarseStep = TimeSpan.FromMilliseconds(250);

    private readonly TransportResources _resources = new(SocketServerConnector.Limits);
    private readonly ConcurrentDictionary<string, ScriptedServer> _servers = new();
    private readonly ConcurrentQueue<string> _attempts = new();
    private readonly List<NamingClient> _clients = [];

    public ClientFixture()
    {
        // A timer armed at time zero as the first one equals every new timer in the provider's order, and the next creation would remove it.
        Time.Advance(TimeSpan.FromMilliseconds(1));
        _servers[DefaultAddress] = new ScriptedServer();
    }

    public VirtualTimeProvider Time { get; } = new();

    public ScriptedServer Server => _servers[DefaultAddress];

    public IReadOnlyList<string> Attempts => [.. _attempts];

    public ListLoggerFactory Log { get; } = new();

    public ScriptedServer AddServer(string address) => _servers[address] = new ScriptedServer();

    public NamingClient CreateClient(Func<NamingClientOptions, NamingClientOptions>? configure = null)
    {
        NamingClientOptions options = new() { Servers = [DefaultAddress], ClientName = "tests", ReconnectSpread = Spread };
        NamingClient client = new(configure?.Invoke(options) ?? options, this, Log, Time);
        _clients.Add(client);
        return client;
    }

    public async Task<NamingClient> ConnectAsync(Func<NamingClientOptions, NamingClientOptions>? configure = null)
    {
        NamingClient client = CreateClient(configure);
        await UntilAsync(() => client.State == ConnectionState.Connected);
        return client;
    }

    public ValueTask<Connection> ConnectAsync(ServerAddress address, CancellationToken cancellationToken)
    {
        _attempts.Enqueue(address.ToString());
        if (!_servers.TryGetValue(address.ToString(), out ScriptedServer? server) || server.IsDown)
        {
            throw new IOException("connection refused");
        }

        (PipeConnection client, PipeConnection end) = InMemoryTransport.CreatePair(_resources);
        server.Accept(end);
        return ValueTask.FromResult<Connection>(client);
    }

    /// <summary>Waits for a condition while virtual time stands still.</summary>
    public Task UntilAsync(Func<bool> condition) => UntilAsync(condition, TimeSpan.Zero);

    /// <summary>Waits for a condition while virtual time passes; returns how much did.</summary>
    public async Task<TimeSpan> PassUntilAsync(Func<bool> condition)
    {
        long before = Time.GetTimestamp();
        await UntilAsync(condition, MeasuredStep);
        return TimeSpan.FromTicks(Time.GetTimestamp() - before);
    }

    /// <summary>Lets virtual time pass from timer to timer, with room for what each sets off.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        long end = Time.GetTimestamp() + time.Ticks;
        while (Time.GetTimestamp() < end)
        {
            TimeSpan left = TimeSpan.FromTicks(end - Time.GetTimestamp());
            Time.Advance(StepOf(left < CoarseStep ? left : CoarseStep));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public async Task<T> CompletesAsync<T>(ValueTask<T> task)
    {
        Task<T> running = task.AsTask();
        await UntilAsync(() => running.IsCompleted);
        return await running;
    }

    public async Task CompletesAsync(ValueTask task)
    {
        Task running = task.AsTask();
        await UntilAsync(() => running.IsCompleted);
        await running;
    }

    public async Task<RegistryException> FailsAsync(ValueTask task)
    {
        Task running = task.AsTask();
        await PassUntilAsync(() => running.IsCompleted);
        return await Assert.ThrowsAsync<RegistryException>(() => running);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NamingClient client in _clients)
        {
            Task disposal = client.DisposeAsync().AsTask();
            await PassUntilAsync(() => disposal.IsCompleted);
        }
    }

    private async Task UntilAsync(Func<bool> condition, TimeSpan step)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < RealDeadline, "the condition did not come true in time: " + string.Join("; ", Log.Lines));
            Time.Advance(StepOf(step));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    // From timer to timer, so that what one sets off is done before the next, but never more than the given step.
    private TimeSpan StepOf(TimeSpan most)
    {
        TimeSpan step = Time.NextTimer is { } next && next < most ? next : most;
        return step < LeastStep && most >= LeastStep ? LeastStep : step;
    }
}
