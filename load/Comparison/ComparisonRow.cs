namespace FastRegistry.Load.Comparison;

/// <summary>A line of the table.</summary>
/// <param name="What">For people.</param>
/// <param name="Unit">Of its figures.</param>
/// <param name="Read">The figure of one side of one pair; null = it has none.</param>
/// <param name="Goal">For the product, in the same unit; null = none, or one for the ratio.</param>
internal sealed record ComparisonRow(string What, string Unit, Func<SideResults, double?> Read, double? Goal = null)
{
    /// <summary>Rates: more is better. Otherwise less is.</summary>
    public bool MoreIsBetter { get; init; }

    /// <summary>Least ratio to the baseline, where that is the goal.</summary>
    public double? RatioGoal { get; init; }

    /// <summary>Why there is no figure yet; such a row is printed with this and nothing else.</summary>
    public string? Missing { get; init; }
}
