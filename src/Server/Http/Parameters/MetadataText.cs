using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>Reads the two forms in which metadata comes over HTTP: a JSON object of simple values, or <c>k1=v1,k2=v2</c>. The last of a repeated key
/// counts.</summary>
internal static class MetadataText
{
    /// <exception cref="HttpError">It is in neither form.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> Parse(string? text)
    {
        if (text is null or "null")
        {
            return [];
        }

        return TryParseJson(text) ?? TryParsePairs(text) ?? throw HttpError.Illegal($"metadata format incorrect:{HttpError.Quote(text)}", ResultCode.InstanceMetadataError);
    }

    /// <summary>The value of a JSON member as text; null when it is no simple value.</summary>
    public static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null => "",
        JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Undefined => null,
        _ => value.GetRawText(),
    };

    private static ImmutableArray<KeyValuePair<string, string>>? TryParseJson(string text)
    {
        if (!text.StartsWith('{'))
        {
            return null;
        }

        try
        {
            Dictionary<string, JsonElement>? values = JsonSerializer.Deserialize(text, MetadataJson.Default.DictionaryStringJsonElement);
            return values is null ? null : Collect(values.Select(static pair => KeyValuePair.Create(pair.Key, TextOf(pair.Value))));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape that is half a surrogate pair is detected only when the value is read.
            return null;
        }
    }

    private static ImmutableArray<KeyValuePair<string, string>>? TryParsePairs(string text) => Collect(text.Split(',').Select(static pair =>
    {
        string[] parts = pair.Split('=');
        return KeyValuePair.Create(parts[0], parts.Length == 2 && parts[1].Length > 0 ? parts[1] : null);
    }));

    /// <summary>Null when a key is empty or a value is missing.</summary>
    private static ImmutableArray<KeyValuePair<string, string>>? Collect(IEnumerable<KeyValuePair<string, string?>> pairs)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach ((string key, string? value) in pairs)
        {
            if (key.Length == 0 || value is null)
            {
                return null;
            }

            metadata[key] = value;
        }

        return [.. metadata];
    }
}

/// <summary>Source-generated reading of metadata that is sent as a JSON object.</summary>
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class MetadataJson : JsonSerializerContext;
