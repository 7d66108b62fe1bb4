using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Requests;

namespace FastRegistry.Server.Http.Endpoints;

/// <summary>Maps described endpoints, and knows all of them.</summary>
/// <remarks>Filled while the host is built, read-only afterwards. Handlers get a request whose parameters are read; what they throw becomes an answer in the
/// endpoint's style.</remarks>
internal sealed class ApiRoutes(IEndpointRouteBuilder routes, OperatorOptions operators)
{
    /// <summary>Where Nacos' clients expect the API.</summary>
    public const string ContextPath = "/nacos";

    private readonly List<EndpointDescription> _endpoints = [];

    /// <summary>Every mapped endpoint, in the order of mapping: what documents are generated from.</summary>
    public IReadOnlyList<EndpointDescription> Endpoints => _endpoints;

    public void Map(EndpointDescription endpoint, Func<ApiCall, Task> handler)
    {
        _endpoints.Add(endpoint);
        RequestDelegate run = context => RunAsync(context, endpoint, handler);
        foreach (string path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths])
        {
            string pattern = endpoint.IsOutsideContextPath ? path : ContextPath + path;
            IEndpointConventionBuilder route = routes.MapMethods(pattern, [endpoint.Method, .. endpoint.OtherMethods], run).WithMetadata(endpoint);
            if (endpoint.Operation is { } operation)
            {
                route.WithMetadata(operation);
            }
        }
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
            OperatorAccess.Check(context, operators);
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
