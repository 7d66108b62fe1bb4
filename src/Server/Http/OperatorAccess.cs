using System.Net;

namespace FastRegistry.Server.Http;

/// <summary>Who may make operator calls.</summary>
internal static class OperatorAccess
{
    /// <exception cref="ParameterError">The caller is not on this machine.</exception>
    public static void RefuseRemote(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address || !IPAddress.IsLoopback(address))
        {
            throw new ParameterError("operator calls are taken from this machine only", StatusCodes.Status403Forbidden);
        }
    }
}
