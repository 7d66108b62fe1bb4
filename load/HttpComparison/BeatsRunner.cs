using System.Diagnostics;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.HttpTraffic;

namespace FastRegistry.Load.HttpComparison;

/// <summary>Runs the pairs of <c>load beats</c>. One flow of calls; used once.</summary>
internal sealed class BeatsRunner(BeatsArguments arguments, IRunConsole console)
{
    /// <param name="interrupted">Ends it; what is complete is returned.</param>
    /// <exception cref="CannotRunException">A server cannot be started, or a run was no measurement.</exception>
    public Task<List<(BeatsRun Product, BeatsRun Bare)>> RunAsync(CancellationToken interrupted) =>
        HttpPairs.RunAsync(arguments.Pairs, side => RunOneAsync(side, interrupted), console, interrupted);

    private async Task<BeatsRun> RunOneAsync(HttpSide side, CancellationToken interrupted)
    {
        await using HttpServer server = await HttpServer.StartAsync(side);
        using HttpLoop loop = HttpLoop.Connect(server.EndPoint, arguments.Connections);
        HttpFleet fleet = new(server.Requests, arguments.Instances);
        await HttpServer.RequireAsync(loop, ClosedTraffic.Once(fleet.Registrations()), "registrations");
        OpenTraffic traffic = new(fleet.Beats(), arguments.Connections, arguments.Interval, Stopwatch.GetTimestamp());
        TrafficResult beats = await server.MeasureAsync(loop, traffic, arguments.WarmUp, arguments.During, interrupted);
        long? healthy = side == HttpSide.Product ? await CountHealthyAsync(loop, fleet) : null;
        console.Note($"{side}: {beats.ServerCpuMicroseconds:0.0} µs of server CPU per beat, {beats.PerSecond:0}/s, {beats.Failed} failed{(healthy is null ? "" : $", {healthy} healthy at the end")}");
        return new BeatsRun(beats, healthy);
    }

    private static async Task<long> CountHealthyAsync(HttpLoop loop, HttpFleet fleet)
    {
        List<HealthyInstances> lists = [];
        await loop.RunAsync(ClosedTraffic.Once(fleet.Lists(instances =>
        {
            lists.Add(new HealthyInstances(instances));
            return lists[^1];
        })));
        return lists.Sum(static list => list.Found);
    }
}
