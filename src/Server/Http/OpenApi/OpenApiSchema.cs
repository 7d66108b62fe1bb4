using System.Text.Json;

namespace FastRegistry.Server.Http.OpenApi;

/// <summary>Derives the schema of a body from an example of it.</summary>
internal static class OpenApiSchema
{
    /// <summary>The members of a schema object.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement example)
    {
        switch (example.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteString("type", "object");
                json.WriteStartObject("properties");
                foreach (JsonProperty member in example.EnumerateObject())
                {
                    json.WriteStartObject(member.Name);
                    Write(json, member.Value);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                if (example.GetArrayLength() > 0)
                {
                    Write(json, example[0]);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Number:
                json.WriteString("type", example.GetRawText().Contains('.', StringComparison.Ordinal) ? "number" : "integer");
                break;
            case JsonValueKind.True:
            case JsonValueKind.False:
                json.WriteString("type", "boolean");
                break;
            case JsonValueKind.Null:
                json.WriteBoolean("nullable", true);
                break;
            default:
                json.WriteString("type", "string");
                break;
        }
    }
}
