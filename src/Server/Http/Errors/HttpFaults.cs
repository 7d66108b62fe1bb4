using FastRegistry.Server.Configuration;
using FastRegistry.Server.Logging;

namespace FastRegistry.Server.Http.Errors;

/// <summary>Turns what a handler throws into an answer; never a stack trace. The outermost step of every request.</summary>
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

    /// <summary>The listener speaks to programmers; who sent the request is told the rule.</summary>
    private static string TextOf(BadHttpRequestException fault) => fault.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => $"the request body is longer than {HttpLimits.MaximumBodyBytes} bytes",
        StatusCodes.Status408RequestTimeout => $"the request body came slower than {HttpLimits.MinimumBytesPerSecond} bytes a second",
        _ => fault.Message,
    };
}
