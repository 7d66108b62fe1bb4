using System.Net;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Rules;
using FastRegistry.Server.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FastRegistry.Load.Baseline.Bare;

/// <summary>Kestrel with the product's settings and one delegate behind it: the least an ASP.NET Core server can do for the same answers. One per process; tests
/// make their own on free ports.</summary>
internal sealed class BareHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _name;

    private BareHost(WebApplication application, string name)
    {
        _application = application;
        _name = name;
    }

    /// <summary>Where it listens; only after the start.</summary>
    public IPEndPoint EndPoint
    {
        get
        {
            Uri address = new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return new IPEndPoint(IPAddress.Parse(address.Host), address.Port);
        }
    }

    /// <summary>As the product's ready line ends; tools read the ports from it. There are no other clients than those of HTTP.</summary>
    public string ReadyLine => $"FastRegistry bare endpoint {ProductVersion.Text}, node {_name}, is ready: clients on {EndPoint}, HTTP on http://{EndPoint}/";

    /// <summary>Reads the configuration and builds everything; nothing listens yet.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public static BareHost Create(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables("FASTREGISTRY_");
        builder.Configuration.AddCommandLine(args);
        builder.Logging.AddSimpleConsole(static console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        ServerOptions options = ServerOptionsReader.Read(builder.Configuration);
        HttpListening.Configure(builder, options.Http, ConnectionAllowance.Read(options.Limits));
        WebApplication application = builder.Build();
        application.Run(new BareCalls().RunAsync);
        return new BareHost(application, options.Node.Id);
    }

    /// <summary>Binds the listener and begins to serve.</summary>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => _application.StartAsync(cancellationToken);

    /// <summary>Returns when the process was asked to stop and has stopped in order.</summary>
    public Task WaitForShutdownAsync() => _application.WaitForShutdownAsync();

    public Task StopAsync(CancellationToken cancellationToken = default) => _application.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
