using System.Collections.Immutable;

namespace FastRegistry.Load.Comparison;

/// <summary>A row after the runs.</summary>
/// <param name="Measured">Of the product; null when no run had it.</param>
/// <param name="Baseline">Null where the baseline has no such thing.</param>
/// <param name="Ratio">Of each pair, above 1 = the product is better; null without a baseline.</param>
/// <param name="Goal">As text; empty = none.</param>
/// <param name="GoalReached">By the median; null without goal or figure.</param>
/// <param name="Missing">Why there is no figure.</param>
internal sealed record RowResult(
    string What, string Unit, Spread? Measured, Spread? Baseline, Spread? Ratio, string Goal, bool? GoalReached, string? Missing)
{
    /// <summary>Every figure of the product, in the order of the runs.</summary>
    public ImmutableArray<double> MeasuredFigures { get; init; } = [];

    /// <summary>Every figure of the baseline, likewise.</summary>
    public ImmutableArray<double> BaselineFigures { get; init; } = [];
}
