namespace FastRegistry.Load.Targets.Http;

/// <summary>A request of the HTTP API: its method, and path and query ready to send.</summary>
internal sealed class HttpRequest(HttpMethod method, string pathAndQuery) : PreparedRequest
{
    public HttpMethod Method { get; } = method;

    /// <summary>Path and query of the beat of the instance that is registered or deregistered; null with other requests.</summary>
    public string? Beat { get; init; }

    public string PathAndQuery { get; } = pathAndQuery;
}
