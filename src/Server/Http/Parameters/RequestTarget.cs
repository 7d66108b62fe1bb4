using Microsoft.AspNetCore.Http.Features;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>The path that a request names, as it was sent: still encoded, without scheme, host and query.</summary>
internal static class RequestTarget
{
    private const string SchemeEnd = "://";

    public static string PathOf(HttpContext context)
    {
        ReadOnlySpan<char> target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path.Value;
        int query = target.IndexOf('?');
        target = query < 0 ? target : target[..query];

        // The whole address, as it is sent to a proxy.
        int scheme = target.StartsWith('/') ? -1 : target.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme >= 0)
        {
            target = target[(scheme + SchemeEnd.Length)..];
            int path = target.IndexOf('/');
            target = path < 0 ? "/" : target[path..];
        }

        return target.ToString();
    }
}
