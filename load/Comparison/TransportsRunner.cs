using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Limits;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Servers;

namespace FastRegistry.Load.Comparison;

/// <summary>Runs the sides of <c>load transports</c>. One flow of calls; used once.</summary>
internal sealed class TransportsRunner(TransportsArguments arguments, IRunConsole console)
{
    /// <param name="interrupted">Ends it after the side at hand, whose report is left out.</param>
    /// <exception cref="CannotRunException">A limit is too low, a server cannot be started, or a run could not be finished.</exception>
    public async Task<TransportsReport> RunAsync(CancellationToken interrupted)
    {
        MachineLimits machine = MachineLimits.Read();
        int servers = arguments.Servers ?? ServerCount.For(arguments.Settings.Connections, connectionsLimit: null, machine.OpenFiles);
        int generators = GeneratorCount.For(arguments.Settings.Connections, machine.OpenFiles);

        // All of them before the first: the last one must not be refused after minutes.
        foreach (TransportSide side in arguments.Sides)
        {
            RunLimits.Require(
                new RunNeeds(side.Target, arguments.Settings.Connections, arguments.Settings.Sources, generators, servers, OwnServers: true, ServersOnThisMachine: true), machine);
        }

        List<TransportSideResult> sides = [];
        foreach (TransportSide side in arguments.Sides)
        {
            console.Note($"{side.Name}: {servers} servers, {arguments.Settings.Connections} connections");
            LoadReport report = await RunSideAsync(side, servers, generators, interrupted);
            if (interrupted.IsCancellationRequested)
            {
                break;
            }

            sides.Add(new TransportSideResult(side.Name, report));
        }

        return new TransportsReport(Machine.Read(), servers, [.. sides]);
    }

    private async Task<LoadReport> RunSideAsync(TransportSide side, int servers, int generators, CancellationToken interrupted)
    {
        ServerLauncher launcher = new(ServerProject.For(side.Target).Find(userPath: null, AppContext.BaseDirectory), side.ServerArguments);
        await using LaunchedServers launched = await LaunchedServers.StartAsync(launcher, connections: 0, servers, CancellationToken.None);
        RunSettings settings = arguments.Settings with { Target = side.Target, Servers = launched.AddressesFor(side.Target) };
        LoadReport report = await ScenarioRun.RunAsync(settings, generators, thresholds: [], console, interrupted);
        await launched.StopAsync();
        return report;
    }
}
