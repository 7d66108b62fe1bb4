using System.Diagnostics;
using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.HttpTraffic;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Servers;

namespace FastRegistry.Load.HttpComparison;

/// <summary>A server of one side, started for one run, and what is asked of it. Owned by a runner; one flow of calls.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private const string BareArgument = "--bare";

    private readonly LaunchedServer _server;
    private readonly ServerObserver _observer;

    private HttpServer(LaunchedServer server)
    {
        _server = server;
        EndPoint = IPEndPoint.Parse(server.HttpAddress);
        Requests = new NacosRequests(EndPoint);
        _observer = new ServerObserver(EndPoint);
    }

    public IPEndPoint EndPoint { get; }

    public NacosRequests Requests { get; }

    /// <exception cref="CannotRunException">It cannot be started.</exception>
    public static async Task<HttpServer> StartAsync(HttpSide side)
    {
        ServerProject project = side == HttpSide.Product ? ServerProject.Product : ServerProject.Baseline;
        ServerLauncher launcher = new(project.Find(userPath: null, AppContext.BaseDirectory), side == HttpSide.Product ? [] : [BareArgument]);
        return new HttpServer(await launcher.StartAsync(0, CancellationToken.None));
    }

    /// <summary>Runs a traffic until it is over; nothing may fail.</summary>
    /// <param name="what">Names it in the complaint.</param>
    /// <exception cref="CannotRunException">Something failed.</exception>
    public static async Task RequireAsync(HttpLoop loop, IHttpTraffic traffic, string what)
    {
        await loop.RunAsync(traffic);
        if (loop.Failures.Total > 0)
        {
            throw new CannotRunException($"{what}: {loop.Failures.Total} failed, most as '{loop.Failures.ToList()[0].Kind}'");
        }
    }

    /// <summary>Runs an endless traffic for a while and measures the last part of it.</summary>
    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public async Task<TrafficResult> MeasureAsync(HttpLoop loop, IHttpTraffic traffic, TimeSpan warmUp, TimeSpan during, CancellationToken interrupted)
    {
        // Reading metrics must not be the first thing of its kind in the window.
        await _observer.ReadAsync(interrupted);
        Task running = loop.RunAsync(traffic);
        try
        {
            await Task.Delay(warmUp, interrupted);
            ServerReading before = (await _observer.ReadAsync(interrupted)).Reading;
            long startedAt = Stopwatch.GetTimestamp();
            long answeredBefore = loop.Answered;
            loop.IsMeasuring = true;
            await Task.WhenAny(running, Task.Delay(during, interrupted));
            interrupted.ThrowIfCancellationRequested();
            loop.IsMeasuring = false;
            double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
            long answered = loop.Answered - answeredBefore;
            ServerReading after = (await _observer.ReadAsync(interrupted)).Reading;
            loop.Stop();
            await running;
            return answered == 0
                ? throw new CannotRunException($"the server answered nothing for {seconds:0} s")
                : new TrafficResult(
                    answered / seconds,
                    loop.Latencies.Summarise(),
                    (after.CpuSeconds - before.CpuSeconds) * 1e6 / answered,
                    (double)(after.AllocatedBytes - before.AllocatedBytes) / answered,
                    answered,
                    [.. loop.Failures.ToList()]);
        }
        finally
        {
            loop.IsMeasuring = false;
            loop.Stop();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _observer.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }
}
