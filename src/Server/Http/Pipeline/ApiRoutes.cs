using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Maps described endpoints, and knows all of them.</summary>
/// <remarks>Filled while the host is built, read-only afterwards. Handlers get a request whose parameters are read; what they throw becomes an answer in the
/// endpoint's style.</remarks>
internal sealed class ApiRoutes(IEndpointRouteBuilder routes, HttpOptions http, OperatorAccess operators)
{
    private readonly List<EndpointDescription> _endpoints = [];

    /// <summary>What the paths of Nacos' endpoints begin with; may be empty.</summary>
    public string ContextPath => http.ContextPath;

    /// <summary>Every mapped endpoint, in the order of mapping: what documents are generated from.</summary>
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
