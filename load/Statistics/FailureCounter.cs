using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace FastRegistry.Load.Statistics;

/// <summary>Failures by kind. Any thread; meant for what is rare.</summary>
internal sealed class FailureCounter
{
    // Kinds are constants by contract; one that is not must not fill the memory of a long run.
    private const int MaximumKinds = 256;
    private const string OtherKinds = "other kinds";

    private readonly ConcurrentDictionary<string, int> _counts = new();

    public int Total => _counts.Values.Sum();

    public void Count(string kind) => _counts.AddOrUpdate(KindOf(kind), 1, static (_, count) => count + 1);

    /// <summary>The most frequent first.</summary>
    public IReadOnlyList<FailureCount> ToList() => Sum(_counts.Select(static pair => new FailureCount(pair.Key, pair.Value)));

    /// <summary>Adds up equal kinds; the most frequent first.</summary>
    public static ImmutableArray<FailureCount> Sum(IEnumerable<FailureCount> counts) =>
    [
        .. counts
            .GroupBy(static failure => failure.Kind)
            .Select(static kind => new FailureCount(kind.Key, kind.Sum(static failure => failure.Count)))
            .OrderByDescending(static failure => failure.Count)
            .ThenBy(static failure => failure.Kind, StringComparer.Ordinal),
    ];

    private string KindOf(string kind)
    {
        if (string.IsNullOrEmpty(kind))
        {
            return "no status";
        }

        return _counts.ContainsKey(kind) || _counts.Count < MaximumKinds ? kind : OtherKinds;
    }
}
