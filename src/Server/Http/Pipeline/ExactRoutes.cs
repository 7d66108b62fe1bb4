using System.Collections.Frozen;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Finds the endpoint of a request whose path is exactly as it was mapped, with one look-up; routing leaves such a request alone.</summary>
/// <remarks>Routing also compares the catch-all routes with every path, and makes room for what they catch: 350 ns and 280 bytes, a quarter of what a beat costs
/// beside the listener. Every other spelling goes there. Filled once, when everything is mapped; then any thread.</remarks>
internal sealed class ExactRoutes
{
    private FrozenDictionary<string, KeyValuePair<string, Endpoint>[]> _byPath = FrozenDictionary<string, KeyValuePair<string, Endpoint>[]>.Empty;

    /// <summary>Takes every route without a parameter.</summary>
    public void Fill(IEnumerable<EndpointDataSource> sources)
    {
        IEnumerable<(string Path, string Method, Endpoint Endpoint)> exact =
            from endpoint in sources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
            where endpoint.RoutePattern is { Parameters.Count: 0, RawText: not null }
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            select (endpoint.RoutePattern.RawText, method, (Endpoint)endpoint);
        _byPath = exact
            .GroupBy(static route => route.Path, StringComparer.Ordinal)
            .ToFrozenDictionary(
                static path => path.Key,
                static path => path.Select(static route => KeyValuePair.Create(route.Method, route.Endpoint)).ToArray(),
                StringComparer.Ordinal);
    }

    /// <summary>The step of the pipeline, before routing.</summary>
    public RequestDelegate Before(RequestDelegate next) => context =>
    {
        if (_byPath.TryGetValue(context.Request.Path.Value ?? "", out KeyValuePair<string, Endpoint>[]? methods))
        {
            string method = context.Request.Method;
            foreach (KeyValuePair<string, Endpoint> route in methods)
            {
                if (route.Key == method)
                {
                    context.SetEndpoint(route.Value);
                    break;
                }
            }
        }

        return next(context);
    };
}
