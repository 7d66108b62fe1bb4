using FastRegistry.Server.Configuration;

namespace FastRegistry.Server.Hosting;

/// <summary>How the node listens to HTTP, apart from what it answers: what it is measured against listens the same way.</summary>
internal static class HttpListening
{
    private const int MaximumBodyBytes = 1024 * 1024;

    public static void Configure(WebApplicationBuilder builder, ListenerOptions options, ConnectionAllowance allowance)
    {
        // With it the host makes an activity and a logging scope for every request. What a handler throws is logged by our own middleware.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaximumBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = allowance.Http;
            kestrel.Listen(options.EndPoint);
        });
    }
}
