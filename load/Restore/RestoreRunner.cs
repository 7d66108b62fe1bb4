using System.Collections.Immutable;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Limits;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Servers;

namespace FastRegistry.Load.Restore;

/// <summary>Runs the parts of <c>load restore</c>. One flow of calls; used once.</summary>
/// <param name="program">The server's.</param>
/// <param name="arguments">Further ones for the server.</param>
internal sealed class RestoreRunner(RestoreSettings settings, string program, ImmutableArray<string> arguments, IRunConsole console)
{
    // What the part before has left to do is not charged to the next.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);

    private readonly List<RestorePartReport> _parts = [];

    /// <param name="interrupted">Ends it within the part at hand, which is left out.</param>
    /// <exception cref="CannotRunException">A limit is too low, or the node cannot be started.</exception>
    public async Task<RestoreReport> RunAsync(CancellationToken interrupted)
    {
        OpenFileLimit.Require(settings.Clients + settings.Fillers, OpenFileLimit.Read());
        await using RestoreNode node = await RestoreNode.StartAsync(program, arguments, interrupted);
        await ProtocolCheck.RequireAsync(node.Clients, "the node", interrupted);
        await using RestoreFleet fleet = new(settings);
        foreach (string name in RestorePartNames.All)
        {
            console.Note(NoteOf(name));
            RestorePartReport? report = await RunPartAsync(name, node, fleet, interrupted);
            if (report is null)
            {
                break;
            }

            _parts.Add(report);
            await Task.Delay(Rest, interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new RestoreReport(Machine.Read(), settings, [.. _parts]);
    }

    private string NoteOf(string name) => name switch
    {
        RestorePartNames.Connect => $"{settings.Clients} clients connect",
        RestorePartNames.Restart => "the node is killed and started again",
        RestorePartNames.Whole => "all connections are dropped",
        _ => "all connections are dropped; the clients say which lists they have",
    };

    /// <returns>Null when it was interrupted.</returns>
    private async Task<RestorePartReport?> RunPartAsync(string name, RestoreNode node, RestoreFleet fleet, CancellationToken interrupted)
    {
        bool isRestart = name == RestorePartNames.Restart;
        bool isHeld = name == RestorePartNames.Held || (isRestart && settings.Held);
        bool fillersToo = isRestart || name == RestorePartNames.Connect;
        RestorePart part = new(settings, node.Clients, fleet.NextTarget(), isHeld);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        double cpuBefore = 0;
        Task comingBack = Task.CompletedTask;
        try
        {
            if (isRestart)
            {
                part.Start();
                await node.KillAsync();
                comingBack = fleet.ComeBackAsync(part, fillersToo, over.Token);
                await node.StartAgainAsync(TimeSpan.FromSeconds(settings.NodeWarmUpSeconds), interrupted);
                part.NodeIsReady();
                cpuBefore = await ReadCpuAsync(node);
            }
            else
            {
                node.MemoryPeak.Reset();
                cpuBefore = await ReadCpuAsync(node);
                part.Start();
                fleet.Drop();
                part.NodeIsReady();
                comingBack = fleet.ComeBackAsync(part, fillersToo, over.Token);
            }

            await using OutputWatch watch = new(node.Observer);
            await part.Completed.WaitAsync(TimeSpan.FromSeconds(settings.TimeoutSeconds), interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return interrupted.IsCancellationRequested ? null : part.Report(name, isRestart) with
            {
                ServerCpuSeconds = await ReadCpuAsync(node) - cpuBefore,
                PeakResidentBytes = node.MemoryPeak.Read(),
                PeakOutputBytes = watch.MostBytes,
            };
        }
        finally
        {
            await over.CancelAsync();
            await comingBack;
        }
    }

    private static async Task<double> ReadCpuAsync(RestoreNode node) => (await node.Observer.ReadAsync(CancellationToken.None)).Reading.CpuSeconds;
}
