namespace FastRegistry.Load.Comparison;

/// <summary>A figure over several runs.</summary>
/// <param name="Count">Runs that had it.</param>
internal readonly record struct Spread(double Median, double Minimum, double Maximum, int Count)
{
    /// <summary>Of at least one value.</summary>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }
}
