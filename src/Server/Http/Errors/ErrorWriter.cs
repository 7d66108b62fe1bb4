using System.Globalization;
using System.Text.Json;
using FastRegistry.Server.Http.Endpoints;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace FastRegistry.Server.Http.Errors;

/// <summary>Writes an error in one of the forms clients know. The only place that does.</summary>
internal static class ErrorWriter
{
    private const string TextType = "text/plain; charset=utf-8";
    private const string JsonType = "application/json; charset=utf-8";

    /// <summary>Answers with an error, in its own form or that of the endpoint it happened in.</summary>
    public static Task WriteAsync(HttpContext context, HttpError error)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        // What a handler had begun to say is not said.
        response.Clear();
        response.StatusCode = error.Status;
        if (error.RetryAfter > TimeSpan.Zero)
        {
            // Whole seconds are all the header can say.
            response.Headers.RetryAfter = Math.Ceiling(error.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        EndpointDescription? endpoint = context.GetEndpoint()?.Metadata.GetMetadata<EndpointDescription>();
        ErrorBody body = error.Body ?? endpoint?.ErrorsAs ?? BodyOf(endpoint?.Style ?? ApiStyle.NamingV1);
        switch (body)
        {
            case ErrorBody.Document:
                response.ContentType = JsonType;
                return WriteDocumentAsync(context, error);
            case ErrorBody.Checker:
                response.Headers.Pragma = "no-cache";
                response.Headers.Expires = "Thu, 01 Jan 1970 00:00:00 GMT";
                response.Headers.CacheControl = "no-cache,no-store";
                return response.WriteAsync($"{error.Message}\r\n", context.RequestAborted);
            case ErrorBody.Result:
                response.ContentType = JsonType;
                return response.WriteAsync(ResultOf((int)error.Code, error.Code.Message(), error.Message), context.RequestAborted);
            case ErrorBody.RestResult:
                response.ContentType = JsonType;
                return response.WriteAsync(ResultOf(error.Status, error.Message, data: null), context.RequestAborted);
            case ErrorBody.CausedText:
                response.ContentType = TextType;
                return response.WriteAsync(error.Status == StatusCodes.Status403Forbidden ? error.Message : $"caused: {error.Message};", context.RequestAborted);
            default:
                response.ContentType = TextType;
                return response.WriteAsync(error.Message, context.RequestAborted);
        }
    }

    private static ErrorBody BodyOf(ApiStyle style) => style switch
    {
        ApiStyle.V2 => ErrorBody.Result,
        ApiStyle.ConsoleV1 => ErrorBody.CausedText,
        _ => ErrorBody.Text,
    };

    private static string ResultOf(int code, string message, string? data) =>
        $"{{\"code\":{code},\"message\":{Quoted(message)},\"data\":{(data is null ? "null" : Quoted(data))}}}";

    private static Task WriteDocumentAsync(HttpContext context, HttpError error)
    {
        string time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? target : target[..query];
        string document = $"{{\"timestamp\":\"{time}\",\"status\":{error.Status},\"error\":{Quoted(ReasonPhrases.GetReasonPhrase(error.Status))},"
            + $"\"message\":{Quoted(error.Message)},\"path\":{Quoted(path)}}}";
        return context.Response.WriteAsync(document, context.RequestAborted);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, HttpJson.Encoder)}\"";
}
