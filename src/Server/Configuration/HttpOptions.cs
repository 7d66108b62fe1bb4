using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Server.Configuration;

/// <summary>The HTTP listener and what it serves. Section <c>Http</c>.</summary>
internal sealed record HttpOptions : ListenerOptions
{
    public const string ContextPathKey = "Http:ContextPath";
    public const string AllowedOriginsKey = "Http:AllowedOrigins";

    /// <summary>Stands for every origin.</summary>
    public const string AnyOrigin = "*";

    private const int MaximumPathLength = 128;
    private const int MaximumOrigins = 64;

    /// <summary>The path below which Nacos' calls are. Default <c>/nacos</c>, where its clients look; empty or <c>/</c> = none. Own endpoints are not below it.</summary>
    public string ContextPath { get; init; } = "/nacos";

    /// <summary>Origins whose pages may call, with commas between them; <c>*</c> = all, as in Nacos. Default none. There is no authentication: a page that may call
    /// may do what the browser's user may, and from this machine that is every operator call.</summary>
    public string AllowedOrigins { get; init; } = "";

    /// <summary>Checks the rules and brings the context path into the form that routes begin with: empty, or without a slash at its end.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public HttpOptions Check()
    {
        CheckEndPoint("Http");
        string path = ContextPath == "/" ? "" : ContextPath;
        if (!IsPath(path))
        {
            throw new ConfigurationError(
                ContextPathKey,
                $"must be empty, or '/' and names of letters, digits, '-', '_' and '.' with '/' between them, at most {MaximumPathLength} characters, without '/' at the end");
        }

        IReadOnlyList<string> origins = SplitOrigins(AllowedOrigins);
        if (origins.Count > MaximumOrigins)
        {
            throw new ConfigurationError(AllowedOriginsKey, $"must not be more than {MaximumOrigins} origins");
        }

        if (origins.FirstOrDefault(origin => !IsOrigin(origin) && !(origin == AnyOrigin && origins.Count == 1)) is { } broken)
        {
            throw new ConfigurationError(AllowedOriginsKey, $"must be * alone, or origins of the form http://host:port or https://host:port with commas between them, not '{broken}'");
        }

        return this with { ContextPath = path };
    }

    /// <summary>The origins of the setting.</summary>
    public static IReadOnlyList<string> SplitOrigins(string origins) => origins.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsPath(string path) =>
        path.Length == 0
        || (path.Length <= MaximumPathLength && path[0] == '/' && path[1..].Split('/').All(static name => name is not ("" or "." or "..") && name.All(IsNameCharacter)));

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.';

    /// <summary>As a browser sends it: scheme, host, perhaps a port, and nothing behind.</summary>
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase)
        && uri.UserInfo.Length == 0;
}
