using System.Collections.Concurrent;

namespace FastRegistry.Load.Statistics;

/// <summary>Failures by kind. Any thread; meant for what is rare.</summary>
internal sealed class FailureCounter
{
    private readonly ConcurrentDictionary<string, int> _counts = new();

    public int Total => _counts.Values.Sum();

    public void Count(string kind) => _counts.AddOrUpdate(kind, 1, static (_, count) => count + 1);

    /// <summary>The most frequent first.</summary>
    public IReadOnlyList<FailureCount> ToList() =>
        [.. _counts.Select(static pair => new FailureCount(pair.Key, pair.Value)).OrderByDescending(static failure => failure.Count)];
}
