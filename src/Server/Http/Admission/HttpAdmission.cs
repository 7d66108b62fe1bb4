using System.Collections.Immutable;
using FastRegistry.Server.Control;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Http.Endpoints;
using FastRegistry.Server.Http.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace FastRegistry.Server.Http.Admission;

/// <summary>Answers what is not let in before an endpoint sees it: limited URLs, then naming requests that the node's status or a rate limit refuses.</summary>
/// <remarks>An endpoint is under control when its metadata has a <see cref="NamingOperation"/>. Health, metrics and operator calls have none and always work: an
/// operator must be able to take back what an override refuses. For the same reason nothing limits the URL of the switches. As in Nacos the status refuses v1 only;
/// unlike there nobody passes by calling himself a peer.</remarks>
internal sealed class HttpAdmission(RequestDelegate next, RegistryNode node)
{
    public Task InvokeAsync(HttpContext context)
    {
        ImmutableArray<LimitedUrl> limited = node.Switches.Current.LimitedUrls;
        if (!limited.IsEmpty && FindLimit(context, limited) is { } status)
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<NamingOperation>() is { } operation)
        {
            Refuse(context, operation);
        }

        return next(context);
    }

    /// <summary>The status of the first prefix of path and query.</summary>
    private static int? FindLimit(HttpContext context, ImmutableArray<LimitedUrl> limited)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (context.GetEndpoint()?.Metadata.GetMetadata<EndpointDescription>() is { IsForOperators: true })
        {
            return null;
        }

        foreach (LimitedUrl url in limited)
        {
            if (target.StartsWith(url.Prefix, StringComparison.Ordinal))
            {
                return url.Status;
            }
        }

        return null;
    }

    /// <exception cref="HttpError">It is refused.</exception>
    private void Refuse(HttpContext context, NamingOperation operation)
    {
        bool isV1 = context.GetEndpoint()!.Metadata.GetMetadata<EndpointDescription>() is not { Style: ApiStyle.V2 };
        if (isV1 && node.Admission.IsRefusedByStatus(operation, out ServerStatus status))
        {
            throw new HttpError(StatusText(status, operation), StatusCodes.Status503ServiceUnavailable, ResultCode.ServerError, ErrorBody.Text);
        }

        if (node.Admission.RefuseByRate(operation) is { } error)
        {
            throw new HttpError(error.Text, StatusCodes.Status503ServiceUnavailable, ResultCode.ServerError, ErrorBody.Text) { RetryAfter = error.RetryAfter };
        }
    }

    /// <summary>Nacos' words, without the blank that is missing there too.</summary>
    private static string StatusText(ServerStatus status, NamingOperation operation) => status is ServerStatus.ReadOnly or ServerStatus.WriteOnly
        ? $"server is {status.Name()}now, detailed error message: {operation.Name} is refused"
        : $"server is {status.Name()}now, please try again later!";
}
