using System.Collections.Immutable;
using System.Diagnostics;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Restore;

/// <summary>The whole of <c>load restore</c>; the JSON report is this record.</summary>
/// <param name="Parts">Those that were run to their end.</param>
internal sealed record RestoreReport(Machine Machine, RestoreSettings Settings, ImmutableArray<RestorePartReport> Parts)
{
    public bool Passed => Parts.Length == RestorePartNames.All.Length && Parts.All(static part => part.Passed);

    public RestorePartReport? Part(string name) => Parts.FirstOrDefault(part => part.Name == name);
}

/// <summary>The parts of a run, in their order.</summary>
internal static class RestorePartNames
{
    /// <summary>The fleet connects for the first time.</summary>
    public const string Connect = "connect";

    /// <summary>The node is killed and started again.</summary>
    public const string Restart = "restart";

    /// <summary>All connections are dropped; the node lives on.</summary>
    public const string Whole = "dropped";

    /// <summary>The same once more, and the clients say which lists they have.</summary>
    public const string Held = "dropped, held";

    public static ImmutableArray<string> All { get; } = [Connect, Restart, Whole, Held];
}

/// <summary>One coming back of the whole fleet.</summary>
internal sealed record RestorePartReport
{
    public required string Name { get; init; }

    public required int Clients { get; init; }

    /// <summary>Clients that had all their lists, not provisional, in time.</summary>
    public required int Complete { get; init; }

    /// <summary>From the kill to the restarted node's word that it is ready; null where it was not killed.</summary>
    public double? ReadyMilliseconds { get; init; }

    /// <summary>From the loss of the connections to the last list of each client, with all its instances.</summary>
    public RestoreTimes? Whole { get; init; }

    /// <summary>As <see cref="Whole"/>, from the moment that the node was ready again.</summary>
    public RestoreTimes? WholeSinceReady { get; init; }

    /// <summary>As <see cref="Whole"/>, until no list of the client is provisional.</summary>
    public RestoreTimes? Confirmed { get; init; }

    /// <summary>Bytes of the node that clients took in.</summary>
    public long Bytes { get; init; }

    public long Lists { get; init; }

    public long Deltas { get; init; }

    public long Unchanged { get; init; }

    /// <summary>Pushes that did not follow on what their client had: there must be none.</summary>
    public long Gaps { get; init; }

    public ImmutableArray<FailureCount> FailedAttempts { get; init; } = [];

    public ImmutableArray<FailureCount> Refusals { get; init; } = [];

    public ImmutableArray<FailureCount> EndedSubscriptions { get; init; } = [];

    /// <summary>Connections that ended while the fleet came back.</summary>
    public ImmutableArray<FailureCount> Losses { get; init; } = [];

    /// <summary>Of the node's process in this part; null where the system does not tell.</summary>
    public long? PeakResidentBytes { get; init; }

    /// <summary>Most that waited in the node to be sent, of what was seen.</summary>
    public double PeakOutputBytes { get; init; }

    /// <summary>Of the node; after a kill, from the moment that it was ready.</summary>
    public double ServerCpuSeconds { get; init; }

    public bool Passed => Complete == Clients && Gaps == 0 && EndedSubscriptions.IsEmpty && Losses.IsEmpty;
}

/// <summary>When clients were done, in milliseconds.</summary>
internal sealed record RestoreTimes(double P50, double P99, double Last)
{
    /// <summary>Null when nobody was done.</summary>
    /// <param name="timestamps">Of each client; 0 = it was not done.</param>
    /// <param name="since">Whoever was done before that counts as done at once.</param>
    public static RestoreTimes? Of(long[] timestamps, long since)
    {
        double[] sorted = [.. timestamps.Where(static at => at != 0).Select(at => Math.Max(0, Stopwatch.GetElapsedTime(since, at).TotalMilliseconds)).Order()];
        return sorted is [] ? null : new RestoreTimes(At(0.5), At(0.99), sorted[^1]);

        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
