using System.Collections.Immutable;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>Divides a run's phases among its generators; all shares add up to the whole.</summary>
internal static class PhaseShare
{
    public static ImmutableArray<LoadPhase> Of(ImmutableArray<LoadPhase> phases, GeneratorShare share) => [.. phases.Select(phase => Of(phase, share))];

    private static LoadPhase Of(LoadPhase phase, GeneratorShare share) => phase switch
    {
        LoadPhase.RampingConstant ramp => ramp with { Copies = share.Of(ramp.Copies) },
        LoadPhase.KeepConstant keep => keep with { Copies = share.Of(keep.Copies) },
        LoadPhase.RampingInject ramp => ramp with { Rate = share.Of(ramp.Rate) },
        LoadPhase.Inject inject => inject with { Rate = share.Of(inject.Rate) },
        LoadPhase.IterationsForConstant count => Of(count, share),
        _ => phase,
    };

    // With fewer copies than generators, some have no copy that could run iterations.
    private static LoadPhase.IterationsForConstant Of(LoadPhase.IterationsForConstant count, GeneratorShare share)
    {
        int sharers = Math.Min(share.Count, count.Copies);
        return share.Index < sharers
            ? new LoadPhase.IterationsForConstant(share.Of(count.Copies), new GeneratorShare(share.Index, sharers).Of(count.Iterations))
            : new LoadPhase.IterationsForConstant(0, 0);
    }
}
