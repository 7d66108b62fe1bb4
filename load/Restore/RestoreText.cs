using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Restore;

/// <summary>The table of <c>load restore</c>.</summary>
internal static class RestoreText
{
    /// <param name="report">Of at least one part.</param>
    public static string Write(RestoreReport report)
    {
        RestoreSettings settings = report.Settings;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{ReportLines.Machine(report.Machine)}\n");
        text.Append(CultureInfo.InvariantCulture, $"{ReportNumbers.Count(settings.Clients)} clients with {settings.Registrations} registrations and {settings.Subscriptions} of {settings.Services} services of {settings.Instances} instances each; ");
        text.Append(CultureInfo.InvariantCulture, $"they come back {(settings.SpreadSeconds > 0 ? $"within {Duration(settings.SpreadSeconds)}" : "in the same moment")}; ");
        text.Append(CultureInfo.InvariantCulture, $"the restarted node warms up for {Duration(settings.NodeWarmUpSeconds)}, and clients {(settings.Held ? "tell it which lists they have" : "ask it for whole lists")}\n\n");
        ReportTable table = new(["from the loss of the connections", .. report.Parts.Select(static part => part.Name)]);
        Add("node ready again", static part => Time(part.ReadyMilliseconds));
        Add("last list of a client, p50", static part => Time(part.Whole?.P50));
        Add("last list of a client, p99", static part => Time(part.Whole?.P99));
        Add("last list of all", static part => Time(part.Whole?.Last));
        Add("since ready: last list of a client, p50", static part => Time(part.WholeSinceReady?.P50));
        Add("since ready: last list of a client, p99", static part => Time(part.WholeSinceReady?.P99));
        Add("since ready: last list of all", static part => Time(part.WholeSinceReady?.Last));
        Add("no list of any client provisional", static part => Time(part.Confirmed?.Last));
        Add("bytes of the node", static part => ReportNumbers.Bytes(part.Bytes));
        Add("pushes: whole lists", static part => ReportNumbers.Count(part.Lists));
        Add("pushes: differences", static part => ReportNumbers.Count(part.Deltas));
        Add("pushes: unchanged", static part => ReportNumbers.Count(part.Unchanged));
        Add("peak resident memory of the node", static part => ReportNumbers.Bytes(part.PeakResidentBytes));
        Add("peak bytes that wait to be sent", static part => ReportNumbers.Bytes(part.PeakOutputBytes));
        Add("server CPU", static part => ReportNumbers.Seconds(part.ServerCpuSeconds));
        Add("attempts to connect that failed", static part => Sum(part.FailedAttempts));
        Add("requests refused, made again", static part => Sum(part.Refusals));
        Add("connections lost on the way", static part => Sum(part.Losses));
        Add("clients not back in time", static part => ReportNumbers.Count(part.Clients - part.Complete));
        table.WriteText(text, "");
        text.Append('\n');
        foreach (RestorePartReport part in report.Parts)
        {
            Append(text, part.Name, "failed attempts", part.FailedAttempts);
            Append(text, part.Name, "refused", part.Refusals);
            Append(text, part.Name, "connections lost", part.Losses);
            Append(text, part.Name, "subscriptions ended", part.EndedSubscriptions);
            if (part.Gaps > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{part.Name}: {part.Gaps} pushes did not follow on the list of their client\n");
            }
        }

        if (report.Part(RestorePartNames.Whole) is { } whole && report.Part(RestorePartNames.Held) is { Bytes: > 0 } held)
        {
            text.Append(CultureInfo.InvariantCulture, $"clients that say which lists they have: {ReportNumbers.Bytes(held.Bytes)} instead of {ReportNumbers.Bytes(whole.Bytes)}, {(double)whole.Bytes / held.Bytes:0.0} times less; {ReportNumbers.Count(held.Unchanged)} of {ReportNumbers.Count((long)settings.Clients * settings.Subscriptions)} lists unchanged\n");
        }

        string result = report.Passed ? "every client had all its lists again, and no connection was lost on the way"
            : report.Parts.Length < RestorePartNames.All.Length ? "INTERRUPTED"
            : "FAILED";
        return text.Append(CultureInfo.InvariantCulture, $"result: {result}\n").ToString();

        void Add(string what, Func<RestorePartReport, string> read) => table.Add([what, .. report.Parts.Select(read)]);
    }

    private static void Append(StringBuilder text, string part, string what, ImmutableArray<FailureCount> counts)
    {
        if (!counts.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part}: {what}: {string.Join(", ", counts.Select(static count => $"{ReportNumbers.Count(count.Count)} x {count.Kind}"))}\n");
        }
    }

    private static string Sum(ImmutableArray<FailureCount> counts) => ReportNumbers.Count(counts.Sum(static count => count.Count));

    private static string Time(double? milliseconds) => ReportNumbers.Time(milliseconds * 1000);

    private static string Duration(double seconds) => DurationText.Format(TimeSpan.FromSeconds(seconds));
}
