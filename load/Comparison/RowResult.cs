namespace FastRegistry.Load.Comparison;

/// <summary>A row after the runs.</summary>
/// <param name="Measured">Of the product; null when no run had it.</param>
/// <param name="Baseline">Null where the baseline has no such thing.</param>
/// <param name="Ratio">Of each pair, above 1 = the product is better; null without a baseline.</param>
/// <param name="Goal">As text; empty = none.</param>
/// <param name="GoalReached">By the median; null without goal or figure.</param>
/// <param name="Missing">Why there is no figure.</param>
internal sealed record RowResult(
    string What, string Unit, Spread? Measured, Spread? Baseline, Spread? Ratio, string Goal, bool? GoalReached, string? Missing);
