using System.Globalization;
using System.Text.Json;
using FastRegistry.Node.Configuration;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Http.OpenApi;

/// <summary>The description of all endpoints for programs.</summary>
internal static class OpenApiEndpoint
{
    public const string Path = "/openapi/v1.json";

    private static readonly EndpointDescription Document = new("GET", Path, "This API as an OpenAPI 3.0 document.")
    {
        IsOutsideContextPath = true,
        Success = SuccessDescription.Json("""{"openapi":"3.0.3","info":{"title":"FastRegistry","version":"0.1.0"},"paths":{}}"""),
        Note = "Not in Nacos.",
    };

    public static void Map(ApiRoutes api)
    {
        // By the first request all endpoints are mapped, and the document does not change afterwards.
        Lazy<byte[]> document = new(() => OpenApiDocument.Encode(api));
        api.Map(Document, call => call.JsonAsync(document.Value));
    }
}

/// <summary>Generates an OpenAPI 3.0 document from the endpoints' descriptions. Schemas of bodies are derived from their examples.</summary>
internal static class OpenApiDocument
{
    private const string Description =
        "Parameters may be sent in the query or, on every method, in a form body (application/x-www-form-urlencoded); both are merged and the first value counts. "
        + "Blank values count as absent. Errors of /v1 are texts, those of /v2 are {code, message, data}.";

    public static byte[] Encode(ApiRoutes api) => JsonText.ObjectOf(json =>
    {
        json.WriteString("openapi", "3.0.3");
        json.WriteStartObject("info");
        json.WriteString("title", "FastRegistry");
        json.WriteString("version", ProductVersion.Text);
        json.WriteString("description", Description);
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (IGrouping<string, OpenApiOperation> path in OpenApiOperation.Of(api).GroupBy(static operation => operation.Path, StringComparer.Ordinal))
        {
            json.WriteStartObject(path.Key);
            foreach (OpenApiOperation operation in path)
            {
                Write(json, operation);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, OpenApiOperation operation)
    {
        EndpointDescription endpoint = operation.Endpoint;
        json.WriteStartObject(operation.Method.ToLowerInvariant());
        json.WriteString("operationId", operation.Id);
        json.WriteTexts("tags", [operation.Tag]);
        json.WriteString("summary", endpoint.Summary);
        string note = $"{StateText(endpoint.State)} {endpoint.Note}{(endpoint.IsForOperators ? " From this machine only, unless Operator:Remote is true." : "")}".Trim();
        if (note.Length > 0)
        {
            json.WriteString("description", note);
        }

        WriteParameters(json, endpoint, operation.RestParameter);
        WriteRequest(json, endpoint);
        WriteResponses(json, endpoint);
        json.WriteEndObject();
    }

    private static string StateText(EndpointState state) => state switch
    {
        EndpointState.NotImplemented => "Not implemented: 501.",
        EndpointState.Partial => "In part.",
        _ => "",
    };

    private static void WriteParameters(Utf8JsonWriter json, EndpointDescription endpoint, string? restParameter)
    {
        json.WriteStartArray("parameters");
        foreach (ParameterDescription parameter in endpoint.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("in", parameter.IsInPath ? "path" : "query");
            json.WriteBoolean("required", parameter.IsRequired || parameter.IsInPath);
            json.WriteString("description", parameter.Aliases.Count == 0 ? parameter.Text : $"{parameter.Text} Also taken as {string.Join(", ", parameter.Aliases)}.");
            json.WriteStartObject("schema");
            WriteType(json, parameter);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (restParameter is not null)
        {
            json.WriteStartObject();
            json.WriteString("name", restParameter);
            json.WriteString("in", "path");
            json.WriteBoolean("required", true);
            json.WriteString("description", "The rest of the path.");
            json.WriteStartObject("schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the default only where it is a value: some defaults are texts for people.</summary>
    private static void WriteType(Utf8JsonWriter json, ParameterDescription parameter)
    {
        switch (parameter.Type)
        {
            case ParameterType.WholeNumber:
                json.WriteString("type", "integer");
                if (int.TryParse(parameter.Default, CultureInfo.InvariantCulture, out int whole))
                {
                    json.WriteNumber("default", whole);
                }

                break;
            case ParameterType.Number:
                json.WriteString("type", "number");
                if (double.TryParse(parameter.Default, CultureInfo.InvariantCulture, out double number))
                {
                    json.WriteNumber("default", number);
                }

                break;
            case ParameterType.Flag:
                json.WriteString("type", "boolean");
                if (bool.TryParse(parameter.Default, out bool flag))
                {
                    json.WriteBoolean("default", flag);
                }

                break;
            default:
                json.WriteString("type", "string");
                if (parameter.Default is { } text)
                {
                    json.WriteString("default", text);
                }

                break;
        }
    }

    private static void WriteRequest(Utf8JsonWriter json, EndpointDescription endpoint)
    {
        if (endpoint.RequestExample is { } example)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            WriteContent(json, "application/json", example);
            json.WriteEndObject();
        }
    }

    private static void WriteResponses(Utf8JsonWriter json, EndpointDescription endpoint)
    {
        json.WriteStartObject("responses");
        if (endpoint.State != EndpointState.NotImplemented)
        {
            json.WriteStartObject("200");
            json.WriteString("description", string.Join("; ", (string[])["Success", .. endpoint.Errors.Where(static error => error.Status == 200).Select(static error => error.Cause)]));
            WriteContent(json, endpoint.Success.ContentType, endpoint.Success.Example);
            json.WriteEndObject();
        }

        foreach (IGrouping<int, ErrorDescription> status in endpoint.Errors
            .Where(error => error.Status != 200 || endpoint.State == EndpointState.NotImplemented)
            .GroupBy(static error => error.Status)
            .OrderBy(static group => group.Key))
        {
            WriteError(json, status.Key, string.Join("; ", status.Select(error => TextOf(endpoint, error))));
        }

        if (endpoint.Operation is not null && !endpoint.Errors.Any(static error => error.Status == 503))
        {
            WriteError(json, 503, endpoint.Style == ApiStyle.V2 ? "a rate limit refuses it" : "the node's status or a rate limit refuses it");
        }

        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, int status, string text)
    {
        json.WriteStartObject(status.ToString(CultureInfo.InvariantCulture));
        json.WriteString("description", text);
        json.WriteEndObject();
    }

    /// <summary>Only results of v2 tell a code.</summary>
    private static string TextOf(EndpointDescription endpoint, ErrorDescription error) =>
        endpoint.Style == ApiStyle.V2 && endpoint.ErrorsAs is null ? $"{(int)error.Code}: {error.Cause}" : error.Cause;

    private static void WriteContent(Utf8JsonWriter json, string contentType, string example)
    {
        json.WriteStartObject("content");
        json.WriteStartObject(contentType);
        json.WriteStartObject("schema");
        if (contentType == "application/json")
        {
            using JsonDocument document = JsonDocument.Parse(example);
            OpenApiSchema.Write(json, document.RootElement);
            json.WriteEndObject();
            json.WritePropertyName("example");
            document.RootElement.WriteTo(json);
        }
        else
        {
            json.WriteString("type", "string");
            json.WriteEndObject();
            json.WriteString("example", example);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>One method of one path: an endpoint has as many as it has methods times paths.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Root">What its path begins with and its endpoint's does not: the context path, or nothing.</param>
/// <param name="PathBelowRoot">As OpenAPI writes it.</param>
/// <param name="Endpoint">What it does.</param>
internal sealed record OpenApiOperation(string Method, string Root, string PathBelowRoot, EndpointDescription Endpoint)
{
    /// <summary>As OpenAPI writes it.</summary>
    public string Path => Root + PathBelowRoot;

    /// <summary>Unique: method and path.</summary>
    public string Id =>
        $"{Method.ToLowerInvariant()}{string.Concat(Path.Split('/', '{', '}', '.', '-').Where(static part => part.Length > 0).Select(static part => char.ToUpperInvariant(part[0]) + part[1..]))}";

    /// <summary>The family it belongs to: the part of the path before the last words.</summary>
    public string Tag => string.Join('/', PathBelowRoot.Split('/', StringSplitOptions.RemoveEmptyEntries).Take(3));

    /// <summary>The parameter that is the rest of the path; null = none. It is nobody's parameter otherwise.</summary>
    public string? RestParameter => Path.EndsWith($"{{{Rest}}}", StringComparison.Ordinal) ? Rest : null;

    private const string Rest = "rest";

    /// <summary>The operations of all endpoints.</summary>
    public static IEnumerable<OpenApiOperation> Of(ApiRoutes api) =>
        from endpoint in api.Endpoints
        from path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths]
        from method in (IEnumerable<string>)[endpoint.Method, .. endpoint.OtherMethods]
        select new OpenApiOperation(method, endpoint.IsOutsideContextPath ? "" : api.ContextPath, path.Replace("{**", "{", StringComparison.Ordinal), endpoint);
}
