using System.Net;
using FastRegistry.Load.Targets;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Hosting;

namespace FastRegistry.Load.Tests.Targets.Harness;

/// <summary>A whole server on free ports.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private TestServer(ServerHost host) => Host = host;

    public ServerHost Host { get; }

    public IPEndPoint Native => Host.Node.ClientEndPoint!;

    public IPEndPoint Http => IPEndPoint.Parse(Host.HttpAddress.Authority);

    public static async Task<TestServer> StartAsync(params string[] args)
    {
        ServerHost host = ServerHost.Create(
        [
            "--Http:Address=127.0.0.1", "--Http:Port=0", "--ClientTransport:Address=127.0.0.1", "--ClientTransport:Port=0", "--Deadlines:WarmUp=00:00:00",
            "--Logging:LogLevel:Default=None", .. args,
        ]);
        await host.StartAsync();
        return new TestServer(host);
    }

    public static LoadInstance NewInstance(int port, params KeyValuePair<string, string>[] metadata) => new("10.0.0.1", port, 1, metadata);

    /// <summary>The list of a service as the server has it.</summary>
    public IReadOnlyList<Instance> Listed(string service) =>
        Host.Node.Registry.TryGet(new ServiceKey("public", "DEFAULT_GROUP", service), out ServiceEntry? entry) ? [.. entry.GetSnapshot().Instances] : [];

    /// <summary>Ends the server, connections included.</summary>
    public Task StopAsync() => Host.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Host.DisposeAsync();
    }
}
