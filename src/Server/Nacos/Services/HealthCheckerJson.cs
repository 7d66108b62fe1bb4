using System.Text.Json;
using FastRegistry.Registry.Metadata;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Nacos.Services;

/// <summary>Reads and writes the health checker of a cluster in Nacos' JSON.</summary>
/// <remarks>A password is taken and never told: everybody may ask for a service.</remarks>
internal static class HealthCheckerJson
{
    private const int MaximumTextLength = 1024;

    /// <summary>Reads it; an unknown or absent type is none, unknown members are ignored, as in Nacos.</summary>
    /// <exception cref="HttpError">It is no JSON object, or a member is of the wrong type.</exception>
    public static HealthChecker Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw NoObject();
            }

            return Text(root, "type") switch
            {
                "TCP" => HealthChecker.Tcp,
                "HTTP" => new HealthChecker(HealthCheckType.Http)
                {
                    Path = Text(root, "path") ?? "",
                    Headers = Text(root, "headers") ?? "",
                    ExpectedResponseCode = StatusOf(root),
                },
                "MYSQL" => new HealthChecker(HealthCheckType.MySql) { User = Text(root, "user"), Password = Text(root, "pwd"), Command = Text(root, "cmd") },
                _ => new HealthChecker(HealthCheckType.None),
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the value is read.
            throw NoObject();
        }
    }

    /// <summary>The name of a type.</summary>
    public static string NameOf(HealthCheckType type) => type.ToString().ToUpperInvariant();

    /// <summary>The members of the object.</summary>
    public static void Write(Utf8JsonWriter json, string name, HealthChecker checker)
    {
        json.WriteStartObject(name);
        json.WriteString("type", NameOf(checker.Type));
        switch (checker.Type)
        {
            case HealthCheckType.Http:
                json.WriteString("path", checker.Path);
                json.WriteString("headers", checker.Headers);
                json.WriteNumber("expectedResponseCode", checker.ExpectedResponseCode);
                break;
            case HealthCheckType.MySql:
                json.WriteString("user", checker.User);
                json.WriteNull("pwd");
                json.WriteString("cmd", checker.Command);
                break;
            default:
                break;
        }

        json.WriteEndObject();
    }

    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is { Length: <= MaximumTextLength }
            ? text
            : throw HttpError.IllegalParameter("healthChecker", $"must have a text of at most {MaximumTextLength} characters as '{name}'");
    }

    private static int StatusOf(JsonElement root)
    {
        if (!root.TryGetProperty("expectedResponseCode", out JsonElement value))
        {
            return HealthChecker.Tcp.ExpectedResponseCode;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int status) && status is >= 100 and <= 599
            ? status
            : throw HttpError.IllegalParameter("healthChecker", "must have an HTTP status as 'expectedResponseCode'");
    }

    private static HttpError NoObject() => HttpError.IllegalParameter("healthChecker", $"must be a JSON object such as {{\"type\":\"TCP\"}}");
}
