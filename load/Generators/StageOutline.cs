using System.Collections.Immutable;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Generators;

/// <summary>A stage as the coordinator knows it, which has no plan of its own.</summary>
/// <param name="Name">The scenario's.</param>
/// <param name="Unit">What an iteration is, in one word.</param>
/// <param name="Phases">The load.</param>
/// <param name="CollectAfter">As <see cref="LoadStage.CollectAfter"/>.</param>
internal sealed record StageOutline(string Name, string Unit, ImmutableArray<LoadPhase> Phases, bool CollectAfter)
{
    /// <summary>As <see cref="LoadStage.WatchRest"/>.</summary>
    public bool WatchRest { get; init; }

    /// <summary>Planned length; what ends by count has none.</summary>
    public TimeSpan Length => Phases.Aggregate(TimeSpan.Zero, static (sum, phase) => sum + phase.During);

    public static StageOutline Of(LoadStage stage) =>
        new(stage.Scenario.Name, stage.Unit, stage.Scenario.Phases, stage.CollectAfter) { WatchRest = stage.WatchRest };
}
