using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Http.OpenApi;

/// <summary>One method of one path: an endpoint has as many as it has methods times paths.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Root">What its path begins with and its endpoint's does not: the context path, or nothing.</param>
/// <param name="PathBelowRoot">As OpenAPI writes it.</param>
/// <param name="Endpoint">What it does.</param>
internal sealed record OpenApiOperation(string Method, string Root, string PathBelowRoot, EndpointDescription Endpoint)
{
    /// <summary>As OpenAPI writes it.</summary>
    public string Path => Root + PathBelowRoot;

    /// <summary>Unique: method and path.</summary>
    public string Id =>
        $"{Method.ToLowerInvariant()}{string.Concat(Path.Split('/', '{', '}', '.', '-').Where(static part => part.Length > 0).Select(static part => char.ToUpperInvariant(part[0]) + part[1..]))}";

    /// <summary>The family it belongs to: the part of the path before the last words.</summary>
    public string Tag => string.Join('/', PathBelowRoot.Split('/', StringSplitOptions.RemoveEmptyEntries).Take(3));

    /// <summary>The parameter that is the rest of the path; null = none. It is nobody's parameter otherwise.</summary>
    public string? RestParameter => Path.EndsWith($"{{{Rest}}}", StringComparison.Ordinal) ? Rest : null;

    private const string Rest = "rest";

    /// <summary>The operations of all endpoints.</summary>
    public static IEnumerable<OpenApiOperation> Of(ApiRoutes api) =>
        from endpoint in api.Endpoints
        from path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths]
        from method in (IEnumerable<string>)[endpoint.Method, .. endpoint.OtherMethods]
        select new OpenApiOperation(method, endpoint.IsOutsideContextPath ? "" : api.ContextPath, path.Replace("{**", "{", StringComparison.Ordinal), endpoint);
}
