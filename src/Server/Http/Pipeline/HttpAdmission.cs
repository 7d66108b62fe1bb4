using System.Collections.Immutable;
using System.Net;
using FastRegistry.Node.Admission;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Wire.Transport;
using Microsoft.AspNetCore.Http.Features;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Answers what is not let in before an endpoint sees it: limited URLs, then naming requests that the node's status or a rate limit refuses.</summary>
/// <remarks>An endpoint is under control when its metadata has a <see cref="NamingOperation"/>. Health, metrics and operator calls have none and always work: an
/// operator must be able to take back what an override refuses. For the same reason nothing limits the URL of the switches. As in Nacos the status refuses v1 only;
/// unlike there nobody passes by calling himself a peer.</remarks>
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

    /// <summary>The status of the first prefix of path and query. As it was sent, as in Nacos, and with the path as it is routed: another spelling of it is no way around.</summary>
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

    /// <summary>Paths are routed whatever the case of their letters; values in the query have one.</summary>
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

/// <summary>Who may make operator calls: until there is authentication, this machine only, unless the configuration says otherwise.</summary>
/// <remarks>A browser on this machine is no operator: any page of the web can make it call this address, and only the headers tell. One per node; any thread.</remarks>
internal sealed class OperatorAccess(OperatorOptions operators, HttpOptions http)
{
    private readonly IReadOnlyList<string> _allowedOrigins = HttpOptionsRules.Split(http.AllowedOrigins);

    /// <exception cref="HttpError">The caller may not.</exception>
    public void Check(HttpContext context)
    {
        if (!operators.Remote && (context.Connection.RemoteIpAddress is not { } address || !IPAddress.IsLoopback(address)))
        {
            throw Refused($"operator calls are taken from this machine only ({OperatorOptions.RemoteKey} is false)");
        }

        if (!IsAllowedPage(context.Request.Headers))
        {
            throw Refused($"operator calls are not taken from web pages, but for those of an origin in {HttpOptions.AllowedOriginsKey}");
        }
    }

    private static HttpError Refused(string text) => new(text, StatusCodes.Status403Forbidden, ResultCode.AccessDenied);

    /// <summary>Whether no page made the request, or one that may. A browser names the origin of what could change something, and of the rest whether a page asked.</summary>
    private bool IsAllowedPage(IHeaderDictionary headers) => headers.Origin.ToString() is { Length: > 0 } origin
        ? _allowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase) || _allowedOrigins is [HttpOptionsRules.AnyOrigin]
        : headers["Sec-Fetch-Site"].ToString() is "" or "none";
}
