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
        // When it is first asked for all endpoints are mapped; from then on nothing changes.
        Lazy<byte[]> document = new(() => OpenApiDocument.Encode(api));
        api.Map(Document, call => call.JsonAsync(document.Value));
    }
}
