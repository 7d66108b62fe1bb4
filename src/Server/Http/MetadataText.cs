using System.Collections.Immutable;
using System.Text.Json;
using FastRegistry.Server.Naming;

namespace FastRegistry.Server.Http;

/// <summary>Reads the two forms in which metadata comes over HTTP: a JSON object of simple values, or <c>k1=v1,k2=v2</c>.</summary>
internal static class MetadataText
{
    /// <exception cref="ParameterError">It is in neither form, or breaks the rules.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> Parse(string? text)
    {
        if (text is null or "null")
        {
            return [];
        }

        ImmutableArray<KeyValuePair<string, string>> metadata = TryParseJson(text) ?? TryParsePairs(text) ?? throw new ParameterError($"metadata format incorrect:{text}");
        ParameterError.ThrowIf("metadata", NameRules.BrokenByMetadata(metadata));
        return metadata;
    }

    private static ImmutableArray<KeyValuePair<string, string>>? TryParseJson(string text)
    {
        if (!text.StartsWith('{'))
        {
            return null;
        }

        try
        {
            Dictionary<string, JsonElement>? values = JsonSerializer.Deserialize(text, HttpJson.Default.DictionaryStringJsonElement);
            if (values is null || values.Values.Any(static value => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array))
            {
                return null;
            }

            return [.. values.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the value is read.
            return null;
        }
    }

    private static ImmutableArray<KeyValuePair<string, string>>? TryParsePairs(string text)
    {
        ImmutableArray<KeyValuePair<string, string>>.Builder metadata = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (string pair in text.Split(','))
        {
            string[] parts = pair.Split('=');
            if (parts.Length != 2 || parts[1].Length == 0)
            {
                return null;
            }

            metadata.Add(KeyValuePair.Create(parts[0], parts[1]));
        }

        return metadata.DrainToImmutable();
    }
}
