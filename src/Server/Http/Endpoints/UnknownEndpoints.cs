using FastRegistry.Server.Http.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace FastRegistry.Server.Http.Endpoints;

/// <summary>What is answered where there is no endpoint: 501 below <c>/v1/ns</c>, as in Nacos, else 404, or 405 for a path that exists with another method.</summary>
internal static class UnknownEndpoints
{
    /// <summary>Maps the rest of all paths; after everything else.</summary>
    public static void Map(IEndpointRouteBuilder routes, ApiRoutes api)
    {
        Dictionary<string, string> methods = new(StringComparer.OrdinalIgnoreCase);
        foreach (EndpointDescription endpoint in api.Endpoints)
        {
            string root = endpoint.IsOutsideContextPath ? "" : ApiRoutes.ContextPath;
            string own = string.Join(", ", [endpoint.Method, .. endpoint.OtherMethods]);
            foreach (string path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths])
            {
                methods[root + path] = methods.TryGetValue(root + path, out string? others) ? $"{others}, {own}" : own;
            }
        }

        RequestDelegate refuseNaming = static context => throw new HttpError(
            $"no such api:{context.Request.Method}:{HttpError.Quote(PathOf(context))}", StatusCodes.Status501NotImplemented, body: ErrorBody.Document);
        RequestDelegate refuse = context => throw (methods.TryGetValue(context.Request.Path.Value?.TrimEnd('/') ?? "", out string? allowed)
            ? new HttpError($"Request method '{HttpError.Quote(context.Request.Method)}' not supported", StatusCodes.Status405MethodNotAllowed, body: ErrorBody.Document)
            {
                Allow = allowed,
            }
            : new HttpError("No message available", StatusCodes.Status404NotFound, body: ErrorBody.Document));
        routes.Map($"{ApiRoutes.ContextPath}/v1/ns/{{**rest}}", refuseNaming).WithOrder(int.MaxValue - 1);
        routes.Map("/{**rest}", refuse).WithOrder(int.MaxValue);
    }

    private static string PathOf(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }
}
