using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>In which form the specification tells an error of an endpoint. By its path alone: the endpoints' descriptions are what is audited.</summary>
internal static class ErrorForm
{
    public const string TextType = "text/plain; charset=utf-8";
    public const string JsonType = "application/json; charset=utf-8";

    private static readonly string[] Texts = ["/v1/ns/", "/v2/ns/catalog/", "/prometheus", "/actuator", "/health/", "/metrics", "/fastregistry/", "/openapi/"];
    private static readonly string[] CausedTexts = ["/v1/core/", "/v1/console/", "/v1/auth", "/v2/core/ops/", "/v2/core/loader/", "/v2/console/health/"];

    public static (string Body, string ContentType) Of(EndpointDescription endpoint, int status, ResultCode code, string text)
    {
        if (endpoint.Path == "/v1/console/health/readiness" || Texts.Any(start => endpoint.Path.StartsWith(start, StringComparison.Ordinal)))
        {
            return (text, TextType);
        }

        if (CausedTexts.Any(start => endpoint.Path.StartsWith(start, StringComparison.Ordinal)))
        {
            return (status == 403 ? text : $"caused: {text};", TextType);
        }

        Assert.StartsWith("/v2/", endpoint.Path, StringComparison.Ordinal);
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return ($$"""{"code":{{(int)code}},"message":"{{MessageOf(code)}}","data":"{{escaped}}"}""", JsonType);
    }

    /// <summary>The document in which everything is told that is refused before an endpoint sees it.</summary>
    public static string Document(int status, string reason, string message, string path) =>
        $$"""{"timestamp":"TIME","status":{{status}},"error":"{{reason}}","message":"{{message}}","path":"{{path}}"}""";

    /// <summary>From section 1.6 of the specification.</summary>
    private static string MessageOf(ResultCode code) => (int)code switch
    {
        10000 => "parameter missing",
        10001 => "access denied",
        20002 => "parameter validate error",
        20004 => "resource not found",
        21001 => "weight error",
        21002 => "instance metadata error",
        21004 => "instance error",
        21006 => "selector error",
        21007 => "service already exist",
        21008 => "service not exist",
        21009 => "service delete failure",
        22000 => "illegal namespace",
        22001 => "namespace not exist",
        23000 => "illegal state",
        30000 => "server error",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "the specification has no message for it"),
    };
}
