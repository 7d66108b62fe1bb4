namespace FastRegistry.Server.Http;

/// <summary>Turns what a handler throws into a status and one line of text; never a stack trace.</summary>
internal sealed class HttpFaults(RequestDelegate next, ILogger<HttpFaults> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (ParameterError error)
        {
            await WriteAsync(context, error.Status, error.Message).ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault)
        {
            await WriteAsync(context, fault.StatusCode, fault.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
#pragma warning disable CA1031 // The last line of defence of a request; the log has the exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.HttpFault(fault, context.Request.Method, context.Request.Path);
            await WriteAsync(context, StatusCodes.Status500InternalServerError, "the request failed inside the node; its log says why").ConfigureAwait(false);
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
