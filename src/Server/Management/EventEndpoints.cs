using System.Globalization;
using System.Text.Json.Serialization;
using FastRegistry.Registry.Events;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Management;

/// <summary>The operator's call for the last events.</summary>
/// <param name="ring">Keeps them; null when none are kept.</param>
/// <param name="kept">How many the ring keeps.</param>
internal sealed class EventEndpoints(EventRing? ring, int kept)
{
    public const string Path = "/fastregistry/v1/operator/events";

    private static readonly EndpointDescription Events = new("GET", Path, "The last events of the node, the newest first.")
    {
        IsOutsideContextPath = true,
        IsForOperators = true,
        Parameters =
        [
            ParameterDescription.Optional("kind", ParameterType.Text, "all", "Kinds, separated by commas."),
            ParameterDescription.Optional("service", ParameterType.Text, null, "Only events of this service."),
            ParameterDescription.Optional("client", ParameterType.Text, null, "Only events of this client."),
            ParameterDescription.Optional("limit", ParameterType.WholeNumber, "100", "How many at most."),
        ],
        Success = SuccessDescription.Json("""{"total":1,"events":[{"number":1,"time":"2025-01-01T10:00:00+00:00","kind":"ServiceCreated","service":"public/DEFAULT_GROUP@@s"}]}"""),
        Errors = [new ErrorDescription(400, ResultCode.ParameterValidateError, "an unknown parameter or kind, or a limit out of range")],
        Note = "Not in Nacos. Query only. An unknown parameter is 400.",
    };

    private static readonly string[] Parameters = [.. Events.Parameters.Select(static parameter => parameter.Name)];

    public void Map(ApiRoutes api) => api.Map(Events, call =>
    {
        EventFilter filter = ReadFilter(call.Context.Request.Query, kept);
        EventBody[] events = ring is not null ? [.. ring.Find(filter).Select(BodyOf)] : [];
        return call.JsonAsync(new EventListBody(ring?.Total ?? 0, events), ManagementJson.Default.EventListBody);
    });

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

/// <summary>Body of the operator's call for events.</summary>
/// <param name="Total">Events that came in since the start; the oldest are gone.</param>
/// <param name="Events">Those that were asked for, the newest first.</param>
internal sealed record EventListBody(long Total, IReadOnlyList<EventBody> Events);

/// <summary>One event; what it has not is left out.</summary>
/// <param name="Number">Counts the events the node kept, from 1.</param>
/// <param name="Time">When it was published, UTC.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Service"><c>namespace/group@@name</c>.</param>
/// <param name="Instance"><c>ip:port#cluster</c>.</param>
/// <param name="Client"><c>client-17</c>, or ip:port of one that was made over HTTP.</param>
/// <param name="Session">Number of the session.</param>
/// <param name="Revision">Of the service afterwards.</param>
/// <param name="Reason">A word.</param>
/// <param name="Text">For people.</param>
internal sealed record EventBody(
    long Number, DateTimeOffset Time, string Kind, string? Service, string? Instance, string? Client, long? Session, long? Revision, string? Reason, string? Text);

/// <summary>Source-generated serialisation of the bodies of the product's own operator calls.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CollectBody))]
[JsonSerializable(typeof(EventListBody))]
internal sealed partial class ManagementJson : JsonSerializerContext;
