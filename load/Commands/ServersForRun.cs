using System.Collections.Immutable;
using System.Net;
using FastRegistry.Load.Limits;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Servers;

namespace FastRegistry.Load.Commands;

/// <summary>Decides which servers a run goes to, and refuses it when they or the machine are too small: before anything is started.</summary>
internal sealed class ServersForRun : IAsyncDisposable
{
    private readonly LaunchedServers? _own;

    private ServersForRun(ImmutableArray<ServerAddress> addresses, LaunchedServers? own)
    {
        Addresses = addresses;
        _own = own;
    }

    public ImmutableArray<ServerAddress> Addresses { get; }

    /// <summary>Those the user named; else own ones, where asked for, where the target has no default, or where the running one is too small.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="note">Takes a line for the user.</param>
    /// <exception cref="CannotRunException">A limit is too low, or no server answers.</exception>
    public static async Task<ServersForRun> FindAsync(ScenarioArguments arguments, Action<string> note, CancellationToken cancellationToken)
    {
        await LoadPlans.RequireAbilitiesAsync(arguments.Settings);
        MachineLimits machine = MachineLimits.Read();
        int connections = ConnectionNeeds.Of(arguments.Settings);
        int generators = arguments.Generators ?? GeneratorNumber(connections, arguments, machine);
        ServerAddress? standard = DefaultServers.Of(arguments.Settings.Target);
        if (arguments.Settings.Scenario == ScenarioNames.Push)
        {
            // One process sees every subscriber, to know which one was the last.
            OpenFileLimit.Require(connections, machine.OpenFiles);
        }

        if (!arguments.Servers.IsEmpty || (arguments.OwnServers is null && standard is not null && FitOneServer(connections, machine, note)))
        {
            ImmutableArray<ServerAddress> running = arguments.Servers.IsEmpty ? [standard!] : arguments.Servers;
            bool onThisMachine = running.All(static server => IPAddress.IsLoopback(IPEndPoint.Parse(server.Load).Address));
            RunLimits.Require(new RunNeeds(arguments.Settings.Target, connections, arguments.Settings.Sources, generators, running.Length, OwnServers: false, onThisMachine), machine);
            if (await TakesAsync(running, connections, mayBeTooSmall: arguments.Servers.IsEmpty, note, cancellationToken))
            {
                return new ServersForRun(running, null);
            }
        }

        int estimate = arguments.OwnServers ?? ServerCount.For(connections, connectionsLimit: null, machine.OpenFiles);
        RunLimits.Require(new RunNeeds(arguments.Settings.Target, connections, arguments.Settings.Sources, generators, estimate, OwnServers: true, ServersOnThisMachine: true), machine);
        ServerProject project = ServerProject.For(arguments.Settings.Target);
        ServerLauncher launcher = new(project.Find(arguments.ServerProgram, AppContext.BaseDirectory), []);
        LaunchedServers own = await LaunchedServers.StartAsync(launcher, connections, arguments.OwnServers, cancellationToken);
        note($"started {own.Servers.Count} server process(es) for this run, ready after {string.Join(", ", own.Servers.Select(static server => $"{server.ReadyAfter.TotalMilliseconds:0}"))} ms");
        return new ServersForRun(own.AddressesFor(arguments.Settings.Target), own);
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.StopAsync();
            await _own.DisposeAsync();
        }
    }

    // With the limits of this process, which a server on this machine most likely has too.
    private static bool FitOneServer(int connections, MachineLimits machine, Action<string> note)
    {
        int servers = ServerCount.For(connections, connectionsLimit: null, machine.OpenFiles);
        if (servers > 1)
        {
            note($"{connections} connections do not fit into one server process, whose open-file limit is {machine.OpenFiles}; starting own servers");
        }

        return servers == 1;
    }

    // Memory is the harder limit; where it refuses, nobody needs to hear about processes.
    private static int GeneratorNumber(int connections, ScenarioArguments arguments, MachineLimits machine)
    {
        RunLimits.Require(new RunNeeds(arguments.Settings.Target, connections, arguments.Settings.Sources, 1, 1, OwnServers: false, ServersOnThisMachine: true), machine with { OpenFiles = null, PortsPerSource = null });
        return GeneratorCount.For(connections, machine.OpenFiles);
    }

    /// <summary>Whether the running servers have room; a server that the user named and that has none is an error.</summary>
    private static async Task<bool> TakesAsync(
        ImmutableArray<ServerAddress> running, int connections, bool mayBeTooSmall, Action<string> note, CancellationToken cancellationToken)
    {
        using ServerFleet fleet = ServerFleet.Of(running);
        ServerMetrics[] metrics;
        try
        {
            metrics = await fleet.ReadEachAsync(cancellationToken);
        }
        catch (CannotRunException reason)
        {
            throw new CannotRunException($"{reason.Message}; start one (dotnet run -c Release --project src/Server), or let this tool start its own with --servers 1");
        }

        for (int i = 0; i < running.Length; i++)
        {
            GeneratorShare share = new(i, running.Length);
            try
            {
                RunLimits.RequireServerTakes(running[i].Http, share.Of(connections), metrics[i].Reading.Connections, metrics[i].ConnectionsLimit);
            }
            catch (CannotRunException reason) when (mayBeTooSmall)
            {
                note($"{reason.Message}; starting own servers instead");
                return false;
            }
        }

        return true;
    }
}
