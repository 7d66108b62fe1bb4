using FastRegistry.Load.Plans;
using FastRegistry.Load.Restore;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Comparison;

/// <summary>A run that rows take their figures from.</summary>
/// <param name="Key">Rows name it.</param>
/// <param name="Settings">Servers and target are filled in for each side.</param>
/// <param name="BaselineToo">False where a transport makes no difference.</param>
internal sealed record Measurement(string Key, RunSettings Settings, bool BaselineToo = true)
{
    /// <summary>Servers it needs; more than one are started for it alone. 0 = it starts its own.</summary>
    public int Servers { get; init; } = 1;

    /// <summary>Set where it is a run of <c>load restore</c>, with no scenario's settings: for targets that speak the product's own protocol.</summary>
    public RestoreSettings? Restore { get; init; }

    /// <summary>Run once per comparison and not in every pair, because it takes minutes.</summary>
    public bool Once { get; init; }

    /// <param name="side">Of the comparison.</param>
    /// <param name="target">What is spoken there.</param>
    public bool IsRun(ComparisonSide side, TargetKind target) =>
        (side == ComparisonSide.Native || BaselineToo) && (Restore is null || target == TargetKind.Native);
}
