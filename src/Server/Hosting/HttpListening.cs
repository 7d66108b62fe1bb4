using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;

namespace FastRegistry.Server.Hosting;

/// <summary>How the node listens to HTTP, apart from what it answers: what it is measured against listens the same way.</summary>
internal static class HttpListening
{
    public static void Configure(WebApplicationBuilder builder, ListenerOptions options, ConnectionAllowance allowance)
    {
        // With it the host makes an activity and a logging scope for every request. What a handler throws is logged by our own middleware.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            HttpLimits.Apply(kestrel.Limits, allowance.Http);
            kestrel.Listen(options.EndPoint);
        });
    }
}
