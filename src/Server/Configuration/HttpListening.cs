using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FastRegistry.Server.Configuration;

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

/// <summary>What the HTTP listener takes: every length, number and time that a stranger could stretch.</summary>
/// <remarks>Mostly the listener's own defaults. They stand here because the documents promise them.</remarks>
internal static class HttpLimits
{
    public const int MaximumBodyBytes = 1024 * 1024;
    public const int MaximumRequestLineBytes = 8 * 1024;
    public const int MaximumHeaderBytes = 32 * 1024;
    public const int MaximumHeaders = 100;

    /// <summary>Slower bodies, and slower readers of answers, are cut off.</summary>
    public const int MinimumBytesPerSecond = 240;

    /// <summary>Before the speed counts.</summary>
    public static TimeSpan SpeedGrace { get; } = TimeSpan.FromSeconds(5);

    /// <summary>From the first byte of a request to the end of its headers.</summary>
    public static TimeSpan Headers { get; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection without a request.</summary>
    public static TimeSpan Idle { get; } = TimeSpan.FromSeconds(130);

    public static void Apply(KestrelServerLimits limits, long? maximumConnections)
    {
        limits.MaxConcurrentConnections = maximumConnections;
        limits.MaxRequestBodySize = MaximumBodyBytes;
        limits.MaxRequestLineSize = MaximumRequestLineBytes;
        limits.MaxRequestHeadersTotalSize = MaximumHeaderBytes;
        limits.MaxRequestHeaderCount = MaximumHeaders;
        limits.MinRequestBodyDataRate = new MinDataRate(MinimumBytesPerSecond, SpeedGrace);
        limits.MinResponseDataRate = new MinDataRate(MinimumBytesPerSecond, SpeedGrace);
        limits.RequestHeadersTimeout = Headers;
        limits.KeepAliveTimeout = Idle;
    }
}
