using System.Net;
using System.Net.Sockets;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Rules;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Logging;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Server.Nacos.UdpPush;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace FastRegistry.Server.Hosting;

/// <summary>A node with its HTTP side, ready to run. One per process; tests make their own on free ports.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ServerHost(WebApplication application, RegistryNode node, ApiRoutes api)
    {
        _application = application;
        Node = node;
        Api = api;
    }

    public RegistryNode Node { get; }

    /// <summary>The HTTP endpoints, described.</summary>
    public ApiRoutes Api { get; }

    /// <summary>What the host is made of.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>Where HTTP is served; only after the start.</summary>
    public Uri HttpAddress
    {
        get
        {
            IServerAddressesFeature addresses = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
            return new Uri(addresses.Addresses.First());
        }
    }

    /// <summary>Reads the configuration and builds everything; nothing listens yet.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="addServices">What an embedder adds: an <see cref="INodeObserver"/> hears the node's events.</param>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public static ServerHost Create(string[] args, Action<IServiceCollection>? addServices = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables("FASTREGISTRY_");
        builder.Configuration.AddCommandLine(args);
        builder.Logging.AddSimpleConsole(static console => console.SingleLine = true);

        // A start that fails is reported in one line by the program itself.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        ServerOptions options = ServerOptionsReader.Read(builder.Configuration);
        ConnectionAllowance allowance = ConnectionAllowance.Read(options.Limits);

        HttpListening.Configure(builder, options.Http, allowance);
        builder.Services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = options.Deadlines.Drain + options.Deadlines.GoAwaySpread + TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new RegistryNode(
            options,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("FastRegistry"),
            allowance,
            services.GetRequiredService<ILoggerFactory>().CreateLogger(EventLog.Category),
            services.GetServices<INodeObserver>(),
            IpPortClients.MaximumInstances + UdpSubscribers.MaximumSubscribers));
        builder.Services.AddSingleton<LogLevels>();
        builder.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(static services => services.GetRequiredService<LogLevels>());
        builder.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(static services => services.GetRequiredService<LogLevels>());
        HttpApi.AddServices(builder.Services, options);
        builder.Services.AddSingleton<MachineLoad>();
        builder.Services.AddHostedService<NodeService>();
        addServices?.Invoke(builder.Services);

        WebApplication application = builder.Build();
        ApiRoutes api = HttpApi.Map(application);
        return new ServerHost(application, application.Services.GetRequiredService<RegistryNode>(), api);
    }

    /// <summary>Binds both listeners and begins to serve.</summary>
    /// <exception cref="SocketException">The client address cannot be bound.</exception>
    /// <exception cref="IOException">The HTTP address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        BindClients();
        await StartHttpAsync(cancellationToken).ConfigureAwait(false);
        Node.Start();
        ILogger log = _application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FastRegistry");
        SessionTable sessions = Node.Services.Sessions;
        if (sessions.MaximumSessions < Node.Options.Limits.Connections)
        {
            log.FewerConnections(sessions.LimitText, Node.Options.Limits.Connections);
        }

        log.Ready(ProductVersion.Text, Node.Options.Node.Id, Node.ClientEndPoint!.ToString(), HttpAddress.ToString());
    }

    /// <summary>Starts, and returns when the process was asked to stop and has stopped in order.</summary>
    public async Task RunAsync()
    {
        await StartAsync().ConfigureAwait(false);
        await _application.WaitForShutdownAsync().ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _application.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        await Node.DisposeAsync().ConfigureAwait(false);
    }

    private async Task StartHttpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException fault)
        {
            throw new IOException($"Http: cannot listen on {_application.Services.GetRequiredService<HttpOptions>().EndPoint}: {fault.GetBaseException().Message}", fault);
        }
    }

    private void BindClients()
    {
        IPEndPoint endPoint = Node.Options.ClientTransport.EndPoint;
        try
        {
            Node.Bind();
        }
        catch (SocketException fault)
        {
            throw new IOException($"ClientTransport: cannot listen on {endPoint}: {fault.Message}", fault);
        }
    }
}

/// <summary>Ties the node's life to the host's. The drain runs before HTTP stops, so that readiness can be asked during it.</summary>
internal sealed class NodeService(RegistryNode node) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        node.StartWorkers();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => node.StopAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
