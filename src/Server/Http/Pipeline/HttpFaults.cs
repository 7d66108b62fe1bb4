using System.Globalization;
using System.Text;
using System.Text.Json;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Logging;
using Microsoft.AspNetCore.WebUtilities;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Turns the exceptions of handlers into responses, never with a stack trace. The outermost step of every request.</summary>
internal sealed class HttpFaults(RequestDelegate next, ILogger<HttpFaults> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (HttpError error)
        {
            await ErrorWriter.WriteAsync(context, error).ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault)
        {
            HttpError error = new(TextOf(fault), fault.StatusCode);
            await ErrorWriter.WriteAsync(context, error).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (Exception fault) when (fault is IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The same, noticed while its body was read.
        }
#pragma warning disable CA1031 // The last line of defence of a request; the log has the exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.HttpFault(fault, context.Request.Method, context.Request.Path);
            HttpError error = new("the request failed inside the node; its log says why", StatusCodes.Status500InternalServerError, ResultCode.ServerError);
            await ErrorWriter.WriteAsync(context, error).ConfigureAwait(false);
        }
    }

    /// <summary>The listener's messages are meant for programmers; whoever sent the request is told the limit instead.</summary>
    private static string TextOf(BadHttpRequestException fault) => fault.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => $"the request body is longer than {HttpLimits.MaximumBodyBytes} bytes",
        StatusCodes.Status408RequestTimeout => $"the request body came slower than {HttpLimits.MinimumBytesPerSecond} bytes a second",
        _ => fault.Message,
    };
}

/// <summary>Writes an error in one of the forms that clients know. Only this class does.</summary>
internal static class ErrorWriter
{
    private const string TextType = "text/plain; charset=utf-8";
    private const string JsonType = "application/json; charset=utf-8";

    /// <summary>Responds with an error, in the form that it sets or else in that of its endpoint.</summary>
    public static Task WriteAsync(HttpContext context, HttpError error)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        // Headers and body that the handler has set are dropped.
        response.Clear();
        response.StatusCode = error.Status;
        if (error.RetryAfter > TimeSpan.Zero)
        {
            // The header takes whole seconds only.
            response.Headers.RetryAfter = Math.Ceiling(error.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (error.Allow is not null)
        {
            response.Headers.Allow = error.Allow;
        }

        (string? contentType, string text) = (error.Body ?? BodyOf(context)) switch
        {
            ErrorBody.Document => (JsonType, DocumentOf(context, error)),
            ErrorBody.Result => (JsonType, ResultOf((int)error.Code, error.Code.Message(), error.Message)),
            ErrorBody.RestResult => (JsonType, ResultOf(error.Status, error.Message, data: null)),
            ErrorBody.CausedText => (TextType, error.Status == StatusCodes.Status403Forbidden ? error.Message : $"caused: {error.Message};"),
            ErrorBody.Checker => (null, $"{error.Message}\r\n"),
            _ => (TextType, error.Message),
        };
        if (contentType is null)
        {
            response.Headers.Pragma = "no-cache";
            response.Headers.Expires = "Thu, 01 Jan 1970 00:00:00 GMT";
            response.Headers.CacheControl = "no-cache,no-store";
        }

        byte[] body = Encoding.UTF8.GetBytes(text);
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static ErrorBody BodyOf(HttpContext context)
    {
        EndpointDescription? endpoint = context.GetEndpoint()?.Metadata.GetMetadata<EndpointDescription>();
        return endpoint?.ErrorsAs ?? endpoint?.Style switch
        {
            ApiStyle.V2 => ErrorBody.Result,
            ApiStyle.ConsoleV1 => ErrorBody.CausedText,
            _ => ErrorBody.Text,
        };
    }

    private static string ResultOf(int code, string message, string? data) =>
        $"{{\"code\":{code},\"message\":{Quoted(message)},\"data\":{(data is null ? "null" : Quoted(data))}}}";

    private static string DocumentOf(HttpContext context, HttpError error)
    {
        string time = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        return $"{{\"timestamp\":\"{time}\",\"status\":{error.Status},\"error\":{Quoted(ReasonPhrases.GetReasonPhrase(error.Status))},"
            + $"\"message\":{Quoted(error.Message)},\"path\":{Quoted(RequestTarget.PathOf(context))}}}";
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JsonText.Encoder)}\"";
}
