using System.Globalization;
using FastRegistry.Server.Events;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http;

/// <summary>The operator's call for the last events.</summary>
internal static class EventEndpoints
{
    public const string Path = "/fastregistry/v1/operator/events";

    private static readonly string[] Parameters = ["kind", "service", "client", "limit"];

    public static void Map(WebApplication application) => application.MapGet(Path, List);

    private static IResult List(HttpContext context, RegistryNode node)
    {
        OperatorAccess.Check(context, node.Options.Operator);
        EventFilter filter = ReadFilter(context.Request.Query, node.Options.Events.Kept);
        EventBody[] events = node.EventRing is { } ring ? [.. ring.Find(filter).Select(BodyOf)] : [];
        return Results.Json(new EventListBody(node.EventRing?.Total ?? 0, events), HttpJson.Default.EventListBody);
    }

    private static EventFilter ReadFilter(IQueryCollection query, int kept)
    {
        foreach (string name in query.Keys)
        {
            HttpError.ThrowIf(name, Parameters.Contains(name, StringComparer.Ordinal) ? null : $"must be one of {string.Join(", ", Parameters)}");
        }

        return new EventFilter
        {
            Kinds = ReadKinds(Find(query, "kind")),
            Service = Find(query, "service"),
            Client = Find(query, "client"),
            Limit = ReadLimit(Find(query, "limit"), Math.Max(kept, 1)),
        };
    }

    private static List<EventKind> ReadKinds(string? text)
    {
        List<EventKind> kinds = [];
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // Not Enum.Parse: it takes numbers too.
            string? known = Array.Find(Enum.GetNames<EventKind>(), candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase));
            EventKind kind = known is null ? default : Enum.Parse<EventKind>(known);
            bool kept = known is not null && EventRing.Keeps(kind);
            HttpError.ThrowIf("kind", kept ? null : $"must name kinds that are kept: {string.Join(", ", Enum.GetValues<EventKind>().Where(EventRing.Keeps))}");
            kinds.Add(kind);
        }

        return kinds;
    }

    private static int ReadLimit(string? text, int maximum)
    {
        if (text is null)
        {
            return Math.Min(EventFilter.DefaultLimit, maximum);
        }

        bool legal = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit >= 1 && limit <= maximum;
        return legal ? limit : throw HttpError.IllegalParameter("limit", $"must be a number between 1 and {maximum}");
    }

    private static string? Find(IQueryCollection query, string name)
    {
        string? value = query[name].FirstOrDefault();
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    private static EventBody BodyOf(KeptEvent kept)
    {
        EventDescription description = kept.Event;
        return new EventBody(
            kept.Number,
            kept.At,
            description.Kind.ToString(),
            description.Service?.ToString(),
            description.Instance?.ToString(),
            OrNull(description.Client.ToString()),
            OrNull(description.Session),
            OrNull(description.Revision),
            OrNull(description.Reason),
            OrNull(description.Text));
    }

    private static string? OrNull(string text) => text.Length > 0 ? text : null;

    private static long? OrNull(long number) => number != 0 ? number : null;
}
