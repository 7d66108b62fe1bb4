using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>What a full beat says. Fields it has beyond these are ignored; numbers may come as texts.</summary>
internal sealed record BeatBody
{
    /// <summary>Longest text that is read, in characters: many times what any client sends.</summary>
    public const int MaximumLength = 64 * 1024;

    /// <summary>Empty = not said.</summary>
    public string Ip { get; init; } = "";

    /// <summary>0 = not said.</summary>
    public int Port { get; init; }

    /// <summary>Empty = not said.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>For a registration. 0 when it is not said, as in Nacos.</summary>
    public double Weight { get; init; }

    public bool Ephemeral { get; init; } = true;

    /// <summary>For a registration.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <exception cref="HttpError">It is no beat.</exception>
    public static BeatBody Parse(string text)
    {
        if (text.Length > MaximumLength)
        {
            throw HttpError.IllegalParameter("beat", $"must not be longer than {MaximumLength} characters");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : throw HttpError.IllegalParameter("beat", "must be a JSON object");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the value is read.
            throw HttpError.IllegalParameter("beat", "must be a JSON object");
        }
    }

    private static BeatBody Read(JsonElement root)
    {
        BeatBody body = new();
        foreach (JsonProperty member in root.EnumerateObject())
        {
            body = member.Name switch
            {
                "ip" => body with { Ip = TextOf(member) },
                "port" => body with { Port = (int)Math.Clamp(NumberOf(member), int.MinValue, int.MaxValue) },
                "cluster" => body with { Cluster = TextOf(member) },
                "weight" => body with { Weight = NumberOf(member) },
                "ephemeral" => body with { Ephemeral = TextOf(member) is "" or "true" or "True" },
                "metadata" => body with { Metadata = MetadataOf(member.Value) },
                _ => body,
            };
        }

        return body;
    }

    private static string TextOf(JsonProperty member) =>
        (MetadataText.TextOf(member.Value) ?? throw HttpError.IllegalParameter("beat", $"must have a simple value under '{member.Name}'")).Trim();

    private static double NumberOf(JsonProperty member)
    {
        string text = TextOf(member);
        if (text.Length == 0)
        {
            return 0;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw HttpError.IllegalParameter("beat", $"must have a number under '{member.Name}'");
    }

    private static ImmutableArray<KeyValuePair<string, string>> MetadataOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Object => MetadataText.Parse(value.GetRawText()),
        _ => throw HttpError.IllegalParameter("beat", "must have an object under 'metadata'"),
    };
}
