using System.Text.Json;
using FastRegistry.Registry.Selection;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Nacos.Services;

/// <summary>Reads and writes the selector of a service in Nacos' JSON. Nacos decodes the parameter once more than others, and so does this.</summary>
internal static class SelectorText
{
    /// <summary>Types there are.</summary>
    public static IReadOnlyList<string> Types { get; } = ["label", "none"];

    /// <summary>Null = <c>none</c>.</summary>
    /// <exception cref="HttpError">It is no selector.</exception>
    public static LabelSelector? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        (string? type, string expression) = Read(UrlText.Decode(text));
        return type switch
        {
            "none" => null,
            "label" => LabelSelector.TryParse(expression, out LabelSelector? selector, out string? rule)
                ? selector
                : throw Fails($"parse expression failed! It {rule}"),
            _ => throw HttpError.Illegal("not match any type of selector!", ResultCode.SelectorError),
        };
    }

    /// <summary>Member <c>selector</c>.</summary>
    public static void Write(Utf8JsonWriter json, LabelSelector? selector)
    {
        json.WriteStartObject("selector");
        if (selector is null)
        {
            json.WriteString("type", "none");
            json.WriteString("contextType", "NONE");
        }
        else
        {
            json.WriteString("type", "label");
            json.WriteString("expression", selector.Expression);
            json.WriteStartArray("labels");
            foreach (string label in selector.Labels)
            {
                json.WriteStringValue(label);
            }

            json.WriteEndArray();
            json.WriteString("contextType", "CMDB");
        }

        json.WriteEndObject();
    }

    private static (string? Type, string Expression) Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object ? (Member(root, "type"), Member(root, "expression") ?? "") : throw Fails("it is no JSON object");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the value is read.
            throw Fails("it is no JSON object");
        }
    }

    private static string? Member(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static HttpError Fails(string reason) => HttpError.Illegal($"Selector parses failed: {reason}", ResultCode.SelectorError);
}
