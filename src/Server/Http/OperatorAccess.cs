using System.Net;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http;

/// <summary>Who may make operator calls: until there is authentication, this machine only, unless the configuration says otherwise.</summary>
internal static class OperatorAccess
{
    /// <exception cref="HttpError">The caller may not.</exception>
    public static void Check(HttpContext context, OperatorOptions options)
    {
        if (!options.Remote && (context.Connection.RemoteIpAddress is not { } address || !IPAddress.IsLoopback(address)))
        {
            throw new HttpError(
                $"operator calls are taken from this machine only ({OperatorOptions.RemoteKey} is false)", StatusCodes.Status403Forbidden, ResultCode.AccessDenied);
        }
    }
}
