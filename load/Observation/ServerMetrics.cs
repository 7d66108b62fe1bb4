using System.Collections.Immutable;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Observation;

/// <summary>Everything one look at <c>/metrics</c> tells; of several servers, the sums.</summary>
/// <param name="Reading">What costs are computed from.</param>
/// <param name="ConnectionsLimit">Connections the server takes at most; null when it does not tell.</param>
/// <param name="ManagedHeapBytes">Garbage included.</param>
/// <param name="ResidentAnonymousBytes">Of the process.</param>
/// <param name="Missing">Metrics the server does not have and that count as 0.</param>
internal sealed record ServerMetrics(
    ServerReading Reading, int? ConnectionsLimit, long ManagedHeapBytes, long ResidentAnonymousBytes, ImmutableArray<string> Missing)
{
    private const string Cpu = "fastregistry_cpu_seconds_total";
    private const string Connections = "fastregistry_connections";
    private const string Limit = "fastregistry_connections_limit";
    private const string Allocated = "fastregistry_allocated_bytes_total";
    private const string ManagedHeap = "fastregistry_managed_heap_bytes";
    private const string ResidentAnonymous = "fastregistry_resident_anonymous_bytes";

    /// <param name="server">Named when something is missing.</param>
    /// <exception cref="CannotRunException">A metric no run can do without is missing.</exception>
    public static ServerMetrics Parse(string text, string server)
    {
        MetricsText metrics = new(text);
        ServerReading reading = new(Require(Cpu), Whole(Allocated), (int)Require(Connections));
        return new ServerMetrics(
            reading,
            metrics.Find(Limit) is { } limit ? (int)Math.Min(limit, int.MaxValue) : null,
            Whole(ManagedHeap),
            Whole(ResidentAnonymous),
            [.. new[] { Allocated, ManagedHeap, ResidentAnonymous }.Where(name => metrics.Find(name) is null)]);

        double Require(string name) =>
            metrics.Find(name) ?? throw new CannotRunException($"the server at {server} has no metric {name} on /metrics; is it a FastRegistry server of this version?");

        long Whole(string name) => (long)(metrics.Find(name) ?? 0);
    }

    /// <param name="all">At least one.</param>
    public static ServerMetrics Sum(IReadOnlyList<ServerMetrics> all) => new(
        new ServerReading(
            all.Sum(static metrics => metrics.Reading.CpuSeconds),
            all.Sum(static metrics => metrics.Reading.AllocatedBytes),
            all.Sum(static metrics => metrics.Reading.Connections)),
        all.All(static metrics => metrics.ConnectionsLimit.HasValue) ? (int)Math.Min(all.Sum(static metrics => (long)metrics.ConnectionsLimit!), int.MaxValue) : null,
        all.Sum(static metrics => metrics.ManagedHeapBytes),
        all.Sum(static metrics => metrics.ResidentAnonymousBytes),
        [.. all.SelectMany(static metrics => metrics.Missing).Distinct()]);
}
