using System.Collections.Frozen;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Maps described endpoints, and knows all of them.</summary>
/// <remarks>Filled while the host is built, read-only afterwards. Handlers get a request whose parameters are read; an error they throw becomes a response in
/// the endpoint's style.</remarks>
internal sealed class ApiRoutes(IEndpointRouteBuilder routes, HttpOptions http, OperatorAccess operators)
{
    private readonly List<EndpointDescription> _endpoints = [];

    /// <summary>What the paths of Nacos' endpoints begin with; may be empty.</summary>
    public string ContextPath => http.ContextPath;

    /// <summary>Every mapped endpoint, in the order of mapping. The API's documents are generated from it.</summary>
    public IReadOnlyList<EndpointDescription> Endpoints => _endpoints;

    public void Map(EndpointDescription endpoint, Func<ApiCall, Task> handler)
    {
        _endpoints.Add(endpoint);
        RequestDelegate run = context => RunAsync(context, endpoint, handler);
        foreach (string path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths])
        {
            IEndpointConventionBuilder route = routes.MapMethods(PathOf(endpoint, path), MethodsOf(endpoint), run).WithMetadata(endpoint);
            if (endpoint.Operation is { } operation)
            {
                route.WithMetadata(operation);
            }
        }
    }

    /// <summary>A path of an endpoint as it is requested.</summary>
    public string PathOf(EndpointDescription endpoint, string path) => endpoint.IsOutsideContextPath ? path : ContextPath + path;

    /// <summary>The methods it is mapped with: HEAD is GET without a body, except in v1 naming, which in Nacos has only the methods it names.</summary>
    public static string[] MethodsOf(EndpointDescription endpoint)
    {
        string[] methods = [endpoint.Method, .. endpoint.OtherMethods];
        bool hasHead = methods.Contains(HttpMethods.Get) && !endpoint.IsForOperators && !endpoint.Path.StartsWith("/v1/ns/", StringComparison.Ordinal);
        return hasHead ? [.. methods, HttpMethods.Head] : methods;
    }

    /// <summary>Maps an endpoint that checks what it is given and answers 501.</summary>
    public void MapNotImplemented(EndpointDescription endpoint, string reason)
    {
        Map(endpoint with { State = EndpointState.NotImplemented, Note = reason }, call =>
        {
            call.Check();
            foreach (ParameterDescription parameter in call.Endpoint.Parameters)
            {
                if (parameter.IsRequired && !parameter.IsInPath)
                {
                    call.Parameters.Require(parameter.Name);
                }
            }

            throw HttpError.NotSupported(reason);
        });
    }

    private Task RunAsync(HttpContext context, EndpointDescription endpoint, Func<ApiCall, Task> handler)
    {
        if (endpoint.IsForOperators)
        {
            operators.Check(context);
        }

        ValueTask<RequestParameters> reading = RequestParameters.ReadAsync(context.Request, endpoint.MissingText);
        return reading.IsCompletedSuccessfully
            ? handler(new ApiCall(context, endpoint, reading.Result))
            : WaitAsync(context, endpoint, handler, reading);
    }

    private static async Task WaitAsync(HttpContext context, EndpointDescription endpoint, Func<ApiCall, Task> handler, ValueTask<RequestParameters> reading)
    {
        RequestParameters parameters = await reading.ConfigureAwait(false);
        await handler(new ApiCall(context, endpoint, parameters)).ConfigureAwait(false);
    }
}

/// <summary>The responses where there is no endpoint: 501 below <c>/v1/ns</c>, as in Nacos, else 404, or 405 for a path that exists with another
/// method.</summary>
internal static class UnknownEndpoints
{
    /// <summary>Maps the rest of all paths; after everything else.</summary>
    public static void Map(IEndpointRouteBuilder routes, ApiRoutes api)
    {
        IEnumerable<(string Path, string Method)> mapped =
            from endpoint in api.Endpoints
            where !IsNaming(endpoint)
            from path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths]
            from method in ApiRoutes.MethodsOf(endpoint)
            select (api.PathOf(endpoint, path), method);
        foreach (IGrouping<string, string> path in mapped.GroupBy(static pair => pair.Path, static pair => pair.Method, StringComparer.OrdinalIgnoreCase))
        {
            string allowed = string.Join(", ", path.Distinct());
            routes.Map(path.Key, context => TellMethodsAsync(context, allowed)).WithOrder(int.MaxValue - 2);
        }

        RequestDelegate refuseNaming = static context => throw new HttpError(
            $"no such api:{context.Request.Method}:{HttpError.Quote(RequestTarget.PathOf(context))}", StatusCodes.Status501NotImplemented, body: ErrorBody.Document);
        RequestDelegate refuse = static _ => throw new HttpError("No message available", StatusCodes.Status404NotFound, body: ErrorBody.Document);
        routes.Map($"{api.ContextPath}/v1/ns/{{**rest}}", refuseNaming).WithOrder(int.MaxValue - 1);
        routes.Map("/{**rest}", refuse).WithOrder(int.MaxValue);
    }

    private static bool IsNaming(EndpointDescription endpoint) => endpoint.Path.StartsWith("/v1/ns/", StringComparison.Ordinal);

    /// <summary>OPTIONS asks for the supported methods; any other method that arrives here is not one of them.</summary>
    private static Task TellMethodsAsync(HttpContext context, string allowed)
    {
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            string text = $"Request method '{HttpError.Quote(context.Request.Method)}' not supported";
            throw new HttpError(text, StatusCodes.Status405MethodNotAllowed, body: ErrorBody.Document) { Allow = allowed };
        }

        context.Response.Headers.Allow = allowed;
        return Task.CompletedTask;
    }
}

/// <summary>Finds the endpoint of a request whose path is spelled exactly as it was mapped, with one look-up; routing then skips the request.</summary>
/// <remarks>Routing would also compare every path with the catch-all routes and allocate for the values they catch: 350 ns and 280 bytes, a quarter of the
/// cost of a beat without the listener. Any other spelling is left to routing. Filled once, when everything is mapped; thread-safe afterwards.</remarks>
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
