using System.Collections.Immutable;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Limits;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Commands;

/// <summary>One run of a scenario against servers that are there: generators, observation, report.</summary>
internal static class ScenarioRun
{
    /// <param name="settings">With servers.</param>
    /// <param name="generators">Processes; null = as many as the connections need.</param>
    /// <param name="thresholds">What must hold.</param>
    /// <param name="console">Shows progress.</param>
    /// <param name="interrupted">Ends the run early; there is a report all the same.</param>
    /// <exception cref="CannotRunException">It could not be run to an end.</exception>
    public static async Task<LoadReport> RunAsync(
        RunSettings settings, int? generators, ImmutableArray<LoadThreshold> thresholds, IRunConsole console, CancellationToken interrupted)
    {
        int count = generators ?? GeneratorCount.For(ConnectionNeeds.Of(settings), OpenFileLimit.Read());
        using ServerFleet fleet = ServerFleet.Of(settings.Servers);
        await using GeneratorGroup group = await GeneratorGroup.StartAsync(count);
        RunCoordinator coordinator = new(
            settings,
            group,
            fleet,
            console,
            (stages, losses, left) => [.. thresholds.Select(threshold => threshold.Evaluate(stages, losses, left))]);
        return await coordinator.RunAsync(interrupted);
    }
}
