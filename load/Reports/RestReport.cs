using System.Collections.Immutable;
using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Reports;

/// <summary>Whether servers came back to rest: memory stood still under a load that stood still, and what clients had was given back when they had left.</summary>
/// <param name="Moments">What the columns are called.</param>
internal sealed record RestReport(ImmutableArray<string> Moments, ImmutableArray<RestRow> Rows)
{
    private const double MemoryTolerance = 0.05;

    /// <summary>Figures that did not come back.</summary>
    public int Failed => Rows.Count(static row => row.Held == false);

    /// <param name="before">Before the first client.</param>
    /// <param name="early">Under load, when everything that fills up has filled; null when the run ended before.</param>
    /// <param name="late">Under the same load at its end; null likewise.</param>
    /// <param name="after">When everybody has left, as soon as it was at rest or not waited for any longer.</param>
    /// <param name="judgesMemory">Whether the load lasted long enough to tell growth from filling up.</param>
    public static RestReport Of(RestPoint before, RestPoint? early, RestPoint? late, RestPoint after, bool judgesMemory)
    {
        RestPoint?[] points = [before, early, late, after];
        string memoryRule = judgesMemory && early is not null && late is not null ? $"{late.When} = {early.When} ± {100 * MemoryTolerance:0} %" : "";
        return new RestReport(
            [.. points.OfType<RestPoint>().Select(static point => point.When)],
            [
                Memory("managed heap", static point => point.ManagedHeapBytes, memoryRule),
                Memory("RssAnon", static point => point.ResidentAnonymousBytes, memoryRule),
                .. RestGauge.All.Select((gauge, i) => Gauge(gauge.Name, i)),
            ]);

        RestRow Memory(string name, Func<RestPoint, double> read, string rule) => new(
            name,
            IsBytes: true,
            Values(point => read(point)),
            rule,
            rule.Length > 0 ? Math.Abs(read(late!) - read(early!)) <= MemoryTolerance * read(early!) : null);

        RestRow Gauge(string name, int i) => new(
            name,
            IsBytes: false,
            Values(point => point.Gauges[i]),
            $"{after.When} ≤ {before.When}",
            IsAtRest(before.Gauges[i], after.Gauges[i]));

        ImmutableArray<double?> Values(Func<RestPoint, double?> read) => [.. points.OfType<RestPoint>().Select(read)];
    }

    /// <summary>Less is at rest too: what an earlier run left may have ended meanwhile. Null when a server does not tell.</summary>
    public static bool? IsAtRest(double? before, double? now) => before is null || now is null ? null : now <= before;

    public ReportTable ToTable()
    {
        ReportTable table = new(["what", .. Moments, "must be", "verdict"]);
        foreach (RestRow row in Rows)
        {
            table.Add([row.Name, .. row.Values.Select(value => Text(row, value)), row.Rule, row.Held is { } held ? ReportLines.Verdict(held) : "-"]);
        }

        return table;
    }

    private static string Text(RestRow row, double? value) =>
        row.IsBytes ? ReportNumbers.Bytes(value) : value is { } number ? ReportNumbers.Count((long)number) : "-";
}
