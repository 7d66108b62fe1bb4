using FastRegistry.Node.Configuration;

namespace FastRegistry.Server.Configuration;

/// <summary>The HTTP listener and what it serves. Section <c>Http</c>.</summary>
internal sealed record HttpOptions : ListenerOptions
{
    public const string ContextPathKey = "Http:ContextPath";
    public const string AllowedOriginsKey = "Http:AllowedOrigins";

    /// <summary>The path below which Nacos' calls are. Default <c>/nacos</c>, where its clients look; empty or <c>/</c> = none. Own endpoints are not below it.</summary>
    public string ContextPath { get; init; } = "/nacos";

    /// <summary>Origins whose pages may call, with commas between them; <c>*</c> = all, as in Nacos. Default none. There is no authentication: a page that may call
    /// may do what the browser's user may, and from this machine that is every operator call.</summary>
    public string AllowedOrigins { get; init; } = "";
}
