using System.Collections.Immutable;
using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Restore;
using FastRegistry.Load.Servers;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Comparison;

/// <summary>Runs the pairs of a comparison. One flow of calls; used once.</summary>
internal sealed class ComparisonRunner(CompareArguments arguments, IRunConsole console)
{
    private readonly List<string> _notes = [];

    /// <param name="interrupted">Ends it after the run at hand; what is complete is in the report.</param>
    /// <exception cref="CannotRunException">A server cannot be started, or a run could not be finished.</exception>
    public async Task<ComparisonReport> RunAsync(CancellationToken interrupted)
    {
        ImmutableArray<Measurement> each = [.. arguments.Measurements.Where(static measurement => !measurement.Once)];
        List<(SideResults Native, SideResults Baseline)> pairs = [];
        for (int pair = 0; pair < arguments.Pairs && !each.IsEmpty && !interrupted.IsCancellationRequested; pair++)
        {
            console.Note($"pair {pair + 1} of {arguments.Pairs}");
            await AddPairAsync(pairs, each, nativeFirst: pair % 2 == 0, interrupted);
        }

        int complete = pairs.Count;
        ImmutableArray<Measurement> once = [.. arguments.Measurements.Where(static measurement => measurement.Once)];
        if (!once.IsEmpty && !interrupted.IsCancellationRequested)
        {
            console.Note("what is run once");
            await AddPairAsync(pairs, once, nativeFirst: true, interrupted);
        }

        return new ComparisonReport(Machine.Read(), complete, arguments.Other.Description, ComparisonResults.Of(ComparisonRows.All, pairs), [.. _notes]);
    }

    private async Task AddPairAsync(
        List<(SideResults Native, SideResults Baseline)> pairs, ImmutableArray<Measurement> measurements, bool nativeFirst, CancellationToken interrupted)
    {
        SideResults native = new();
        SideResults baseline = new();
        await RunSideAsync(nativeFirst ? ComparisonSide.Native : ComparisonSide.Baseline, nativeFirst ? native : baseline, measurements, interrupted);
        await RunSideAsync(nativeFirst ? ComparisonSide.Baseline : ComparisonSide.Native, nativeFirst ? baseline : native, measurements, interrupted);
        if (!interrupted.IsCancellationRequested)
        {
            pairs.Add((native, baseline));
        }
    }

    private async Task RunSideAsync(ComparisonSide side, SideResults results, ImmutableArray<Measurement> measurements, CancellationToken interrupted)
    {
        ComparedServer compared = side == ComparisonSide.Native ? arguments.Product : arguments.Other;
        TargetKind target = compared.Target;
        string program = compared.FindProgram(AppContext.BaseDirectory);
        ServerLauncher launcher = new(program, compared.Arguments);
        foreach (IGrouping<int, Measurement> sameServers in measurements.Where(measurement => measurement.IsRun(side, target)).GroupBy(static measurement => measurement.Servers))
        {
            if (sameServers.Key == 0)
            {
                foreach (Measurement measurement in sameServers.Where(_ => !interrupted.IsCancellationRequested))
                {
                    console.Note($"{side}: {measurement.Key}");
                    await RestoreAsync(side, measurement.Restore!, program, compared.Arguments, results, interrupted);
                }

                continue;
            }

            await using LaunchedServers servers = await LaunchedServers.StartAsync(launcher, connections: 0, sameServers.Key, CancellationToken.None);
            if (target == TargetKind.Native)
            {
                await ProtocolCheck.RequireAsync(IPEndPoint.Parse(servers.Servers[0].ClientAddress), compared.Description, CancellationToken.None);
            }

            results.ReadyMilliseconds = sameServers.Key == 1 ? servers.Servers[0].ReadyAfter.TotalMilliseconds : results.ReadyMilliseconds;
            foreach (Measurement measurement in sameServers)
            {
                if (!interrupted.IsCancellationRequested)
                {
                    console.Note($"{side}: {measurement.Key}");
                    RunSettings settings = measurement.Settings with { Target = target, Servers = servers.AddressesFor(target) };
                    await MeasureAsync(side, measurement.Key, settings, results, interrupted);
                }
            }

            await servers.StopAsync();
        }
    }

    private async Task RestoreAsync(
        ComparisonSide side, RestoreSettings settings, string program, ImmutableArray<string> serverArguments, SideResults results, CancellationToken interrupted)
    {
        RestoreReport report = await new RestoreRunner(settings, program, serverArguments, console).RunAsync(interrupted);
        results.Restore = report;
        foreach (RestorePartReport part in report.Parts.Where(static part => !part.Passed))
        {
            Note($"{side}, {Measurements.Restore}: {part.Name}: {part.Clients - part.Complete} of {part.Clients} clients were not back in time, {part.Losses.Sum(static loss => loss.Count)} connections were lost on the way");
        }
    }

    private async Task MeasureAsync(ComparisonSide side, string measurement, RunSettings settings, SideResults results, CancellationToken interrupted)
    {
        try
        {
            LoadReport report = await ScenarioRun.RunAsync(settings, generators: null, thresholds: [], console, interrupted);
            results.Add(measurement, report);
            NoteFailures(side, measurement, report);
        }
        catch (CannotRunException reason)
        {
            // One run that fails must not cost the figures of all the others.
            Note($"{side}, {measurement}: {reason.Message}");
        }
    }

    private void NoteFailures(ComparisonSide side, string measurement, LoadReport report)
    {
        foreach (StageReport stage in report.Stages.Where(static stage => stage.Iterations.Failed > 0))
        {
            Note($"{side}, {measurement}: {stage.Iterations.Failed} of {stage.Iterations.Ok + stage.Iterations.Failed} failed in stage {stage.Name}, most as '{stage.Iterations.Failures[0].Kind}'");
        }

        foreach (StageReport stage in report.Stages.Where(static stage => stage.StartedPerSecond < 0.95 * stage.AskedPerSecond))
        {
            Note($"{side}, {measurement}: {stage.StartedPerSecond:0}/s of {stage.AskedPerSecond:0}/s were begun in stage {stage.Name}");
        }

        if (!report.Losses.IsEmpty)
        {
            Note($"{side}, {measurement}: {report.Losses.Sum(static loss => loss.Count)} connections were lost, most as '{report.Losses[0].Kind}'");
        }
    }

    private void Note(string text)
    {
        _notes.Add(text);
        console.Note(text);
    }
}
