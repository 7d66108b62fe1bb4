using System.Collections.Immutable;
using FastRegistry.Client.Configuration;
using FastRegistry.Client.Connecting;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Client.Registering;
using FastRegistry.Client.Subscribing;
using FastRegistry.Wire.Timing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRegistry.Client;

/// <summary>The client of a FastRegistry cluster, over one connection to one of its servers.</summary>
/// <remarks>
/// Begins to connect when it is made and works until it is disposed; one per process and namespace is enough. All members may be called from any thread.
/// Owns its connection loop, its deadlines and its memory; nothing is shared with other clients.
/// </remarks>
public sealed partial class NamingClient : INamingClient, IDisposable
{
    // Parts: this file constructs the client, registers and disposes; NamingClient.Find.cs finds instances and services; NamingClient.Subscribe.cs subscribes.
    // Locks: the client has none of its own; each of its parts has one short lock. Only the subscription table takes a second lock under its own, that of each
    // subscribed service at disposal. No lock is held over I/O or while user code runs.

    private static readonly TimeSpan DisposeWithin = TimeSpan.FromSeconds(2);

    private readonly NamingClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimingWheel _wheel;
    private readonly WheelDriver _driver;
    private readonly ServerLink _link;
    private readonly RequestSender _sender;
    private readonly Registrar _registrar;
    private readonly SubscriptionTable _subscriptions;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _disposal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _loop;
    private int _disposed;

    /// <summary>Makes a client, which begins to connect at once.</summary>
    /// <param name="options">Settings; null = the defaults.</param>
    /// <param name="loggerFactory">Where to log; null = nowhere.</param>
    /// <param name="timeProvider">Source of all time; null = the system's.</param>
    /// <exception cref="ArgumentException">An option is wrong; the parameter name is the option's.</exception>
    public NamingClient(NamingClientOptions? options = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
        : this(options ?? new NamingClientOptions(), new SocketServerConnector(), loggerFactory, timeProvider)
    {
    }

    internal NamingClient(NamingClientOptions options, IServerConnector connector, ILoggerFactory? loggerFactory, TimeProvider? timeProvider)
    {
        ImmutableArray<ServerAddress> servers = options.Validate();
        _options = options;
        _time = timeProvider ?? TimeProvider.System;
        _logger = loggerFactory is null ? NullLogger<NamingClient>.Instance : new GuardedLogger(loggerFactory.CreateLogger<NamingClient>());
        _wheel = new TimingWheel(_time, new TimingWheelOptions { MaximumEntries = options.MaximumDeadlines, OwnerFaulted = _logger.DeadlineFailed });
        _driver = new WheelDriver(_wheel);
        StateNotifier notifier = new(_logger);
        _link = new ServerLink(_wheel, notifier);
        _sender = new RequestSender(_link, _wheel, options.RequestTimeout);
        _registrar = new Registrar(_link, _sender, _wheel, options, _logger);
        _subscriptions = new SubscriptionTable(_link, _wheel, options, _logger);
        SessionOpener opener = new(connector, options, _subscriptions, _wheel, _time, _logger);
        ConnectionLoop loop = new(options, servers, opener, _link, _registrar, _subscriptions, _wheel, _time, _logger);
        _ = Task.Run(() => notifier.RunAsync(change => StateChanged?.Invoke(this, change)));
        _loop = Task.Run(() => RunLoopAsync(loop));
    }

    /// <inheritdoc/>
    public event EventHandler<ConnectionStateChangedEventArgs>? StateChanged;

    /// <inheritdoc/>
    public ConnectionState State => _link.State;

    /// <inheritdoc/>
    public ValueTask RegisterAsync(ServiceKey service, Instance instance, CancellationToken cancellationToken = default) =>
        _registrar.RegisterAsync(Resolve(service), [instance], single: true, cancellationToken);

    /// <inheritdoc/>
    public ValueTask RegisterAsync(ServiceKey service, IReadOnlyList<Instance> instances, CancellationToken cancellationToken = default) =>
        _registrar.RegisterAsync(Resolve(service), instances, single: false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeregisterAsync(ServiceKey service, Instance instance, CancellationToken cancellationToken = default) =>
        _registrar.DeregisterAsync(Resolve(service), [instance], cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeregisterAsync(ServiceKey service, IReadOnlyList<Instance> instances, CancellationToken cancellationToken = default) =>
        _registrar.DeregisterAsync(Resolve(service), instances, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<RegistrationStatus> GetRegistrations() => _registrar.List();

    /// <summary>Says goodbye, so that what this client registered goes at once, and ends everything. Waiting calls end with
    /// <see cref="ObjectDisposedException"/>. At most 2 s; calling it again waits for the first call.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _disposal.Task.ConfigureAwait(false);
            return;
        }

        ServerSession? session = _link.Dispose();
        _subscriptions.Dispose();
        session?.CloseGracefully();
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(session?.Closed ?? Task.CompletedTask, _loop).WaitAsync(DisposeWithin, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            session?.Abort("the server did not close in time");
        }

        await _driver.DisposeAsync().ConfigureAwait(false);
        _disposal.TrySetResult();
    }

    /// <summary>Says goodbye like <see cref="DisposeAsync"/>, without waiting for the server: for owners that can only dispose synchronously.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    private async Task RunLoopAsync(ConnectionLoop loop)
    {
        try
        {
            await loop.RunAsync(_stop.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A bug of this client must be seen in the log, not vanish with a task.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _logger.LoopFailed(fault);
        }
    }

    private ServiceKey Resolve(ServiceKey service)
    {
        _link.ThrowIfDisposed();
        return service.Name.Length == 0 ? throw RegistryException.Invalid("name", "must not be empty") : service.In(_options.Namespace);
    }
}
