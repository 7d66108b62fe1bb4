using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>What is answered where there is no endpoint: 501 below <c>/v1/ns</c>, as in Nacos, else 404, or 405 for a path that exists with another method.</summary>
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

    /// <summary>OPTIONS asks which methods there are; every other method that comes here is none of them.</summary>
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
