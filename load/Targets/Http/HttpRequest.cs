namespace FastRegistry.Load.Targets.Http;

/// <summary>A request of the HTTP API: its method, and path and query ready to send.</summary>
internal sealed class HttpRequest(HttpMethod method, string pathAndQuery) : PreparedRequest
{
    public HttpMethod Method { get; } = method;

    public string PathAndQuery { get; } = pathAndQuery;
}
