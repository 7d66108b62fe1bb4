using System.Collections.Immutable;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Generators;

/// <summary>What a plan consists of, without anything that runs.</summary>
internal sealed record PlanOutline(ImmutableArray<StageOutline> Stages)
{
    public static PlanOutline Of(ILoadPlan plan) => new([.. plan.Stages.Select(StageOutline.Of)]);

    /// <summary>The whole run's outline: rates, copies and iterations of all generators' shares added up.</summary>
    /// <param name="shares">Of the same plan; at least one.</param>
    public static PlanOutline Sum(IReadOnlyList<PlanOutline> shares) => new(
        [.. shares[0].Stages.Select((stage, i) => stage with { Phases = SumPhases([.. shares.Select(share => share.Stages[i].Phases)]) })]);

    private static ImmutableArray<LoadPhase> SumPhases(ImmutableArray<ImmutableArray<LoadPhase>> shares) =>
        [.. shares[0].Select((_, i) => shares.Select(phases => phases[i]).Aggregate(Add))];

    private static LoadPhase Add(LoadPhase left, LoadPhase right) => (left, right) switch
    {
        (LoadPhase.RampingConstant a, LoadPhase.RampingConstant b) => a with { Copies = a.Copies + b.Copies },
        (LoadPhase.KeepConstant a, LoadPhase.KeepConstant b) => a with { Copies = a.Copies + b.Copies },
        (LoadPhase.RampingInject a, LoadPhase.RampingInject b) => a with { Rate = a.Rate + b.Rate },
        (LoadPhase.Inject a, LoadPhase.Inject b) => a with { Rate = a.Rate + b.Rate },
        (LoadPhase.IterationsForConstant a, LoadPhase.IterationsForConstant b) => new LoadPhase.IterationsForConstant(
            a.Copies + b.Copies, a.Iterations + b.Iterations),
        _ => left,
    };
}
