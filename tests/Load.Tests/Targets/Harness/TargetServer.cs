using System.Net;
using FastRegistry.Load.Baseline.Hosting;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Targets.Harness;

/// <summary>The server that a kind of target talks to, on free ports.</summary>
internal sealed class TargetServer : IAsyncDisposable
{
    private readonly TestServer? _product;
    private readonly BaselineHost? _baseline;

    private TargetServer(TestServer? product, BaselineHost? baseline, IPEndPoint load)
    {
        _product = product;
        _baseline = baseline;
        Load = load;
    }

    /// <summary>Where the target connects.</summary>
    public IPEndPoint Load { get; }

    public static async Task<TargetServer> StartAsync(TargetKind kind)
    {
        if (kind == TargetKind.GrpcShaped)
        {
            BaselineHost baseline = BaselineHost.Create(["--Http:Port=0", "--ClientTransport:Port=0", "--Deadlines:WarmUp=00:00:00"]);
            await baseline.StartAsync(TestContext.Current.CancellationToken);
            return new TargetServer(null, baseline, baseline.ClientEndPoint);
        }

        TestServer product = await TestServer.StartAsync();
        return new TargetServer(product, null, kind == TargetKind.Http ? product.Http : product.Native);
    }

    /// <summary>Ends the server, connections included.</summary>
    public Task StopAsync() => _product?.StopAsync() ?? _baseline!.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_product is not null)
        {
            await _product.DisposeAsync();
        }
        else
        {
            await _baseline!.DisposeAsync();
        }
    }
}
