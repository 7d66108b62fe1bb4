using System.Net;
using FastRegistry.Load.Baseline.Calls;
using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Rules;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FastRegistry.Load.Baseline.Hosting;

/// <summary>A registry node behind Kestrel: HTTP/2 with gRPC's framing for clients, HTTP/1.1 for measuring. One per process; tests make their own on free ports.</summary>
/// <remarks>The node is the product's, with its workers, limits and deadlines; only its listener and its sessions are not used.</remarks>
internal sealed class BaselineHost : IAsyncDisposable
{
    // One stream for the session and 128 calls, with room.
    private const int MaximumStreams = 256;

    // Kestrel waits so long for streams to end by themselves, and none does while its client stays.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly ListenOptions[] _listeners;

    private BaselineHost(WebApplication application, RegistryNode node, ClientConnections connections, ListenOptions[] listeners)
    {
        _application = application;
        _listeners = listeners;
        Node = node;
        Connections = connections;
    }

    public RegistryNode Node { get; }

    public ClientConnections Connections { get; }

    /// <summary>Where clients connect; only after the start.</summary>
    public IPEndPoint ClientEndPoint => _listeners[0].IPEndPoint!;

    /// <summary>Where HTTP/1.1 is served; only after the start.</summary>
    public IPEndPoint HttpEndPoint => _listeners[1].IPEndPoint!;

    /// <summary>As the product's ready line ends; tools read the ports from it.</summary>
    public string ReadyLine =>
        $"FastRegistry baseline {ProductVersion.Text}, node {Node.Options.Node.Id}, is ready: clients on {ClientEndPoint}, HTTP on http://{HttpEndPoint}/";

    /// <summary>Reads the configuration and builds everything; nothing listens yet.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public static BaselineHost Create(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,

            // The developer's error page is a middleware in front of every call.
            EnvironmentName = Environments.Production,
        });
        builder.Configuration.AddEnvironmentVariables("FASTREGISTRY_");
        builder.Configuration.AddCommandLine(args);
        builder.Logging.AddSimpleConsole(static console => console.SingleLine = true);

        // The product's appsettings.json comes along with its assembly and asks for more.
        builder.Logging.AddFilter("FastRegistry", LogLevel.Warning);

        // With it the host makes an activity and a logging scope for every call.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // A start that fails is reported in one line by the program itself.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        ServerOptions options = ServerOptionsReader.Read(builder.Configuration);
        ConnectionAllowance allowance = ConnectionAllowance.Read(options.Limits);
        ListenOptions[] listeners = new ListenOptions[2];
        builder.WebHost.ConfigureKestrel((_, kestrel) => Listen(kestrel, options, listeners));
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton(services => new RegistryNode(
            options, TimeProvider.System, services.GetRequiredService<ILoggerFactory>().CreateLogger("FastRegistry"), allowance));
        builder.Services.AddSingleton<ClientConnections>();

        // Starts the node's workers, and stops it before Kestrel: clients that are cut off then change nobody's lists.
        builder.Services.AddHostedService<NodeService>();

        WebApplication application = builder.Build();
        RegistryNode node = application.Services.GetRequiredService<RegistryNode>();
        ClientConnections connections = application.Services.GetRequiredService<ClientConnections>();
        OperatorCalls operatorCalls = new(node, connections);
        application.Run(context => HttpProtocol.IsHttp2(context.Request.Protocol) ? GrpcCalls.RunAsync(context) : operatorCalls.RunAsync(context));
        return new BaselineHost(application, node, connections, listeners);
    }

    /// <summary>Binds both listeners and begins to serve.</summary>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _application.StartAsync(cancellationToken).ConfigureAwait(false);
        Node.Services.SetupReplies.State = new ClusterState(SeesMajority: true, [ClientEndPoint.ToString()]);
        Node.Start();
    }

    /// <summary>Returns when the process was asked to stop and has stopped in order.</summary>
    public Task WaitForShutdownAsync() => _application.WaitForShutdownAsync();

    public Task StopAsync(CancellationToken cancellationToken = default) => _application.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        await Node.DisposeAsync().ConfigureAwait(false);
    }

    private static void Listen(KestrelServerOptions kestrel, ServerOptions options, ListenOptions[] listeners)
    {
        kestrel.AddServerHeader = false;

        // A client's stream lives as long as the client and may be silent; the node has its own limit of connections.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxConcurrentConnections = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaximumStreams;
        ClientConnections connections = kestrel.ApplicationServices.GetRequiredService<ClientConnections>();
        kestrel.Listen(options.ClientTransport.EndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection => connections.ServeAsync(connection, next));
            listeners[0] = listen;
        });
        kestrel.Listen(options.Http.EndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listeners[1] = listen;
        });
    }
}
