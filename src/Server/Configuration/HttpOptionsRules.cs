using FastRegistry.Registry.Rules;

namespace FastRegistry.Server.Configuration;

/// <summary>The rules of section <c>Http</c> beyond those of every listener.</summary>
internal static class HttpOptionsRules
{
    /// <summary>Stands for every origin.</summary>
    public const string AnyOrigin = "*";

    private const int MaximumPathLength = 128;
    private const int MaximumOrigins = 64;

    /// <summary>Checks the rules and brings the context path into the form that routes begin with: empty, or without a slash at its end.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public static HttpOptions Check(HttpOptions options)
    {
        string path = options.ContextPath == "/" ? "" : options.ContextPath;
        if (!IsPath(path))
        {
            throw new ConfigurationError(
                HttpOptions.ContextPathKey,
                $"must be empty, or '/' and names of letters, digits, '-', '_' and '.' with '/' between them, at most {MaximumPathLength} characters, without '/' at the end");
        }

        IReadOnlyList<string> origins = Split(options.AllowedOrigins);
        if (origins.Count > MaximumOrigins)
        {
            throw new ConfigurationError(HttpOptions.AllowedOriginsKey, $"must not be more than {MaximumOrigins} origins");
        }

        if (origins.FirstOrDefault(origin => !IsOrigin(origin) && !(origin == AnyOrigin && origins.Count == 1)) is { } broken)
        {
            throw new ConfigurationError(HttpOptions.AllowedOriginsKey, $"must be * alone, or origins of the form http://host:port or https://host:port with commas between them, not '{broken}'");
        }

        return options with { ContextPath = path };
    }

    /// <summary>The origins of the setting.</summary>
    public static IReadOnlyList<string> Split(string origins) => origins.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

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
