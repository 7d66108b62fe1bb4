using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>Every case beside the endpoint of the route table that it is of.</summary>
internal static class AuditTable
{
    public static IReadOnlyList<EndpointCase> Cases { get; } = [.. InstanceCases.All, .. ServiceCases.All, .. OperatorCases.All, .. CoreCases.All];

    public static string KeyOf(EndpointDescription endpoint) => $"{endpoint.Method} {endpoint.Path}";

    /// <summary>Endpoints with their cases. One that has none is told by a test of its own.</summary>
    public static IEnumerable<(EndpointDescription Endpoint, EndpointCase Case)> Of(AuditNode node) =>
        from endpoint in node.Endpoints
        join found in Cases on KeyOf(endpoint) equals found.Endpoint
        select (endpoint, found);

    /// <summary>Every path of an endpoint as it is requested, with values for its parameters.</summary>
    public static IEnumerable<string> PathsOf(AuditNode node, EndpointDescription endpoint, EndpointCase found) =>
        from path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths]
        select FillIn(node.Host.Api.PathOf(endpoint, path), found.PathValues);

    private static string FillIn(string path, string[] values)
    {
        int next = 0;
        return string.Join('/', path.Split('/').Select(part => !part.StartsWith('{') ? part : next < values.Length ? values[next++] : "any"));
    }
}
