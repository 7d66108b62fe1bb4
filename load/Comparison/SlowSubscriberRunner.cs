using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Servers;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Comparison;

/// <summary>Runs the pairs of <c>load slow-subscriber</c>. One flow of calls; used once.</summary>
internal sealed class SlowSubscriberRunner(SlowSubscriberArguments arguments, IRunConsole console)
{
    private const string Resyncs = "fastregistry_resyncs_total";

    /// <param name="interrupted">Ends it after the run at hand; what is complete is returned.</param>
    /// <exception cref="CannotRunException">A server cannot be started, or a run was no measurement.</exception>
    public async Task<List<(SlowSubscriberRun Without, SlowSubscriberRun With)>> RunAsync(CancellationToken interrupted)
    {
        List<(SlowSubscriberRun, SlowSubscriberRun)> pairs = [];
        for (int pair = 0; pair < arguments.Pairs && !interrupted.IsCancellationRequested; pair++)
        {
            console.Note($"pair {pair + 1} of {arguments.Pairs}");
            bool withoutFirst = pair % 2 == 0;
            SlowSubscriberRun first = await RunOneAsync(withoutFirst ? 0 : arguments.SlowSubscribers, interrupted);
            if (!interrupted.IsCancellationRequested)
            {
                SlowSubscriberRun second = await RunOneAsync(withoutFirst ? arguments.SlowSubscribers : 0, interrupted);
                if (!interrupted.IsCancellationRequested)
                {
                    pairs.Add(withoutFirst ? (first, second) : (second, first));
                }
            }
        }

        return pairs;
    }

    private async Task<SlowSubscriberRun> RunOneAsync(int slow, CancellationToken interrupted)
    {
        ServerLauncher launcher = new(ServerProject.Product.Find(userPath: null, AppContext.BaseDirectory), []);
        await using LaunchedServers servers = await LaunchedServers.StartAsync(launcher, connections: 0, servers: 1, CancellationToken.None);
        RunSettings settings = arguments.Settings with { SlowSubscribers = slow, Servers = servers.AddressesFor(TargetKind.Native) };
        LoadReport report = await ScenarioRun.RunAsync(settings, generators: 1, thresholds: [], console, interrupted);
        using ServerObserver observer = new(IPEndPoint.Parse(servers.Servers[0].HttpAddress));
        double resyncs = await observer.FindAsync(Resyncs, CancellationToken.None) ?? 0;
        await servers.StopAsync();
        StageReport? stage = report.Stages.FirstOrDefault();
        if (stage is null || stage.Iterations.Failed > 0 || report.Losses.Length > 0)
        {
            throw new CannotRunException($"a run with {slow} slow subscribers failed: {stage?.Iterations.Failed} changes did not arrive, {report.Losses.Sum(static loss => loss.Count)} connections were lost");
        }

        return slow > 0 && resyncs == 0
            ? throw new CannotRunException("the slow subscribers were never behind; give it more time with --during")
            : new SlowSubscriberRun(Step(stage, "each subscriber"), Step(stage, "last subscriber"), resyncs, stage.ServerCpuMicroseconds ?? 0);
    }

    private static StepReport Step(StageReport stage, string name) => stage.Steps.First(step => step.Name == name);
}
