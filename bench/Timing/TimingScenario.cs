using System.Globalization;

namespace FastRegistry.Bench.Timing;

/// <summary>Figures shared by the timing benchmarks.</summary>
internal static class TimingScenario
{
    public const int TimeoutMilliseconds = 15_000;
    public const int AdvanceMilliseconds = 100;

    /// <summary>
    /// Activities per advance of 100 ms: each entry is touched once in 5 s on average, the heartbeat interval of the field.
    /// </summary>
    public static int TouchesPerAdvance(int entries) => entries / 50;

    /// <summary>The same random order for every candidate: real activity comes in no order.</summary>
    public static int[] RandomOrder(int entries)
    {
        int[] order = [.. Enumerable.Range(0, entries)];
        new Random(17).Shuffle(order);
        return order;
    }

    public static string Key(int entry) => string.Create(CultureInfo.InvariantCulture, $"10.0.0.0#{entry}#DEFAULT#service");
}
