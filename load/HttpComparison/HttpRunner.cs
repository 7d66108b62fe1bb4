using System.Diagnostics;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.HttpTraffic;

namespace FastRegistry.Load.HttpComparison;

/// <summary>Runs the pairs of <c>load http</c>. One flow of calls; used once.</summary>
internal sealed class HttpRunner(HttpArguments arguments, IRunConsole console)
{
    private const string BareListPath = "/bare/list";
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(5);

    /// <param name="interrupted">Ends it; what is complete is returned.</param>
    /// <exception cref="CannotRunException">A server cannot be started, or a run was no measurement.</exception>
    public async Task<List<(HttpRun Product, HttpRun Bare)>> RunAsync(CancellationToken interrupted)
    {
        byte[] list = await ReadListAsync();
        return await HttpPairs.RunAsync(arguments.Pairs, side => RunOneAsync(side, list, interrupted), console, interrupted);
    }

    /// <summary>The bytes both sides have to answer: the product's.</summary>
    private static async Task<byte[]> ReadListAsync()
    {
        await using HttpServer server = await HttpServer.StartAsync(HttpSide.Product);
        using HttpLoop loop = HttpLoop.Connect(server.EndPoint, 1);
        HttpFleet fleet = new(server.Requests, HttpFleet.InstancesPerService);
        await HttpServer.RequireAsync(loop, ClosedTraffic.Once(fleet.Registrations()), "registrations");
        KeptBody kept = new();
        await HttpServer.RequireAsync(loop, ClosedTraffic.Once(fleet.Lists(_ => kept)), "the list");
        return kept.Last!;
    }

    private async Task<HttpRun> RunOneAsync(HttpSide side, byte[] list, CancellationToken interrupted)
    {
        await using HttpServer server = await HttpServer.StartAsync(side);
        using HttpLoop loop = HttpLoop.Connect(server.EndPoint, arguments.Connections);
        using HttpLoop alive = HttpLoop.Connect(server.EndPoint, 1);
        HttpFleet fleet = new(server.Requests, HttpFleet.InstancesPerService);

        // One after another: a list is in the order of registration.
        await HttpServer.RequireAsync(alive, ClosedTraffic.Once(fleet.Registrations()), "registrations");
        if (side == HttpSide.Bare)
        {
            HttpExchange answer = new(server.Requests.Post(BareListPath, list), new ExactBody("ok"u8.ToArray()));
            await HttpServer.RequireAsync(loop, ClosedTraffic.Once([answer]), "the bare endpoint's list");
        }

        // Lists alone would not keep the instances alive.
        Task beating = alive.RunAsync(new OpenTraffic(fleet.Beats(), 1, BeatInterval, Stopwatch.GetTimestamp()));
        try
        {
            TrafficResult beats = await server.MeasureAsync(loop, ClosedTraffic.Endless(fleet.Beats()), arguments.WarmUp, arguments.During, interrupted);
            HttpExchange[] lists = fleet.Lists(_ => ExactBody.OfList(list));
            TrafficResult listed = await server.MeasureAsync(loop, ClosedTraffic.Endless(lists), arguments.WarmUp, arguments.During, interrupted);
            console.Note($"{side}: {beats.PerSecond:0} beats/s, {listed.PerSecond:0} lists/s, {beats.Failed + listed.Failed} failed");
            return new HttpRun(beats, listed);
        }
        finally
        {
            alive.Stop();
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
