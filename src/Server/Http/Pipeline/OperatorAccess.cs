using System.Net;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Decides who may make operator calls: until there is authentication, this machine only, unless the configuration says otherwise.</summary>
/// <remarks>A browser on this machine is not an operator: any web page can make it call this address, and only the request headers show that. One per node;
/// thread-safe.</remarks>
internal sealed class OperatorAccess(OperatorOptions operators, HttpOptions http)
{
    private readonly IReadOnlyList<string> _allowedOrigins = HttpOptions.SplitOrigins(http.AllowedOrigins);

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

    /// <summary>Whether no page made the request, or an allowed one did. A browser sends the origin with requests that could change something, and with the
    /// others a header that says whether a page made them.</summary>
    private bool IsAllowedPage(IHeaderDictionary headers) => headers.Origin.ToString() is { Length: > 0 } origin
        ? _allowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase) || _allowedOrigins is [HttpOptions.AnyOrigin]
        : headers["Sec-Fetch-Site"].ToString() is "" or "none";
}
