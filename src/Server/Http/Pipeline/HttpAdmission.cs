using System.Collections.Immutable;
using FastRegistry.Node.Admission;
using FastRegistry.Server.Http.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Rejects requests before they reach an endpoint: first those to limited URLs, then naming requests that the node's status or a rate limit
/// refuses.</summary>
/// <remarks>An endpoint is subject to admission when its metadata has a <see cref="NamingOperation"/>. Health, metrics and operator calls have none and always
/// work: an operator must be able to undo a status override that refuses requests. For the same reason no limit applies to the URL of the switches. As in
/// Nacos the status refuses v1 only; unlike there a request does not pass by claiming to come from a peer.</remarks>
internal sealed class HttpAdmission(RequestDelegate next, SwitchBoard switches, NamingAdmission admission)
{
    public Task InvokeAsync(HttpContext context)
    {
        ImmutableArray<LimitedUrl> limited = switches.Current.LimitedUrls;
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

    /// <summary>The status of the first prefix that matches path and query: as they were sent, as in Nacos, and with the path as it is routed, so that another
    /// spelling does not bypass the limit.</summary>
    private static int? FindLimit(HttpContext context, ImmutableArray<LimitedUrl> limited)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<EndpointDescription>() is { IsForOperators: true })
        {
            return null;
        }

        string path = context.Request.Path.Value ?? "";
        string target = path + context.Request.QueryString.Value;
        string sent = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        foreach (LimitedUrl url in limited)
        {
            if (HasPrefix(target, path.Length, url.Prefix) || sent.StartsWith(url.Prefix, StringComparison.Ordinal))
            {
                return url.Status;
            }
        }

        return null;
    }

    /// <summary>Paths are routed case-insensitively; the query is compared by case.</summary>
    private static bool HasPrefix(string target, int pathLength, string prefix)
    {
        int inPath = Math.Min(pathLength, prefix.Length);
        return target.Length >= prefix.Length
            && target.AsSpan(0, inPath).Equals(prefix.AsSpan(0, inPath), StringComparison.OrdinalIgnoreCase)
            && target.AsSpan(inPath, prefix.Length - inPath).SequenceEqual(prefix.AsSpan(inPath));
    }

    /// <exception cref="HttpError">It is refused.</exception>
    private void Refuse(HttpContext context, NamingOperation operation)
    {
        bool isV1 = context.GetEndpoint()!.Metadata.GetMetadata<EndpointDescription>() is not { Style: ApiStyle.V2 };
        if (isV1 && admission.IsRefusedByStatus(operation, out ServerStatus status))
        {
            throw new HttpError(StatusText(status, operation), StatusCodes.Status503ServiceUnavailable, ResultCode.ServerError, ErrorBody.Text);
        }

        if (admission.RefuseByRate(operation) is { } error)
        {
            throw new HttpError(error.Text, StatusCodes.Status503ServiceUnavailable, ResultCode.ServerError, ErrorBody.Text) { RetryAfter = error.RetryAfter };
        }
    }

    /// <summary>Nacos' words, without the blank that is missing there too.</summary>
    private static string StatusText(ServerStatus status, NamingOperation operation) => status is ServerStatus.ReadOnly or ServerStatus.WriteOnly
        ? $"server is {status.Name()}now, detailed error message: {operation.Name} is refused"
        : $"server is {status.Name()}now, please try again later!";
}
