using System.Globalization;
using FastRegistry.Server.Control;
using FastRegistry.Server.Hosting;

namespace FastRegistry.Server.Http;

/// <summary>Refuses naming requests over HTTP that the node's status or a rate limit does not let in, with 503.</summary>
/// <remarks>An endpoint is under control when its metadata has a <see cref="NamingOperation"/>. Health, metrics, operator calls and heartbeats have none and always
/// work: an operator must be able to take back what an override refuses.</remarks>
internal sealed class HttpAdmission(RequestDelegate next, RegistryNode node)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NamingOperation>() is not { } operation)
        {
            return next(context);
        }

        if (node.Admission.IsRefusedByStatus(operation, out ServerStatus status))
        {
            return RefuseAsync(context, StatusText(status, operation));
        }

        return node.Admission.RefuseByRate(operation) is { } error ? RefuseAsync(context, error.Text, error.RetryAfter) : next(context);
    }

    /// <summary>Nacos' words, without the blank that is missing there too.</summary>
    private static string StatusText(ServerStatus status, NamingOperation operation) => status is ServerStatus.ReadOnly or ServerStatus.WriteOnly
        ? $"server is {status.Name()}now, detailed error message: {operation.Name} is refused"
        : $"server is {status.Name()}now, please try again later!";

    private static Task RefuseAsync(HttpContext context, string text, TimeSpan retryAfter = default)
    {
        if (retryAfter > TimeSpan.Zero)
        {
            // Whole seconds are all the header can say.
            context.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
