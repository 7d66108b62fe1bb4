using System.Net;
using FastRegistry.Load.Baseline.Hosting;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Grpc;

namespace FastRegistry.Load.Tests.Baseline;

/// <summary>A baseline server on free ports of this process and the target that talks to it.</summary>
internal sealed class BaselineFixture : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private BaselineFixture(BaselineHost host)
    {
        Host = host;
        Http = new HttpClient { BaseAddress = new Uri($"http://{host.HttpEndPoint}") };
    }

    public BaselineHost Host { get; }

    public GrpcTarget Target { get; } = new();

    public HttpClient Http { get; }

    public static async Task<BaselineFixture> StartAsync(params string[] settings)
    {
        BaselineHost host = BaselineHost.Create(["--Http:Port=0", "--ClientTransport:Port=0", "--Node:Id=baseline-under-test", "--Deadlines:WarmUp=00:00:00", .. settings]);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new BaselineFixture(host);
    }

    public static LoadInstance NewInstance(int port) => new("10.0.0.1", port, 1, [KeyValuePair.Create("zone", "a")]);

    public static async Task OkAsync(ValueTask<LoadResult> operation)
    {
        LoadResult result = await operation;
        Assert.True(result.IsOk, result.StatusCode);
    }

    /// <summary>Waits for a condition; the message says what was there instead.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, Func<string> complaint)
    {
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < Deadline, complaint());
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public Task<ITargetConnection> ConnectAsync() => Target.ConnectAsync(Host.ClientEndPoint, IPAddress.Loopback, TestContext.Current.CancellationToken);

    public Task RegisterAsync(ITargetConnection connection, string service, int port) =>
        OkAsync(connection.SendAsync(Target.PrepareRegister(service, NewInstance(port))));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Target.DisposeAsync();
        await Host.StopAsync(CancellationToken.None);
        await Host.DisposeAsync();
    }
}
