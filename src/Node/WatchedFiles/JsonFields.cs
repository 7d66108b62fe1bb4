using System.Text.Json;

namespace FastRegistry.Node.WatchedFiles;

/// <summary>Reads the JSON of watched files strictly: an object, no field twice, a bound on their number.</summary>
internal static class JsonFields
{
    /// <summary>How a fault names the outermost object.</summary>
    public const string WholeFile = "the file";

    /// <summary>Parses a file's content and reads its root.</summary>
    /// <exception cref="FileContentError">It is not JSON, or a field breaks its rule.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, Func<JsonElement, T> read)
    {
        try
        {
            ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
            using JsonDocument document = JsonDocument.Parse(utf8.Span.StartsWith(byteOrderMark) ? utf8[byteOrderMark.Length..] : utf8);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the text is read.
            throw new FileContentError(WholeFile, $"is not JSON: {fault.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The fields of an object.</summary>
    /// <param name="field">How a fault names it.</param>
    /// <param name="element">The object.</param>
    /// <param name="maximum">Fields it may have.</param>
    /// <exception cref="FileContentError">It is none, or has a field twice or too many.</exception>
    public static List<(string Name, JsonElement Value)> Of(string field, JsonElement element, int maximum)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FileContentError(field, "must be a JSON object");
        }

        HashSet<string> seen = [];
        List<(string Name, JsonElement Value)> fields = [];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!seen.Add(property.Name))
            {
                throw new FileContentError($"{(field == WholeFile ? "" : $"{field} ")}\"{property.Name}\"", "is there twice");
            }

            if (seen.Count > maximum)
            {
                throw new FileContentError(field, $"must not have more than {maximum} entries");
            }

            fields.Add((property.Name, property.Value));
        }

        return fields;
    }
}

/// <summary>A watched file that cannot be used. Its message is one line that names the field and the rule.</summary>
internal sealed class FileContentError(string field, string rule) : Exception($"{field}: {rule}");
