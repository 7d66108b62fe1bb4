using System.Net;
using System.Text.Json;
using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Observability;
using FastRegistry.Server.Logging;
using FastRegistry.Server.Management;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Load.Baseline.Hosting;

/// <summary>The HTTP side that the load tool asks: readiness, metrics, memory. The same paths and bodies as the product's.</summary>
internal sealed class OperatorCalls(RegistryNode node, ClientConnections connections)
{
    private readonly IReadOnlyList<MetricDefinition> _metrics = BaselineMetrics.Define(node, connections);

    public Task RunAsync(HttpContext context)
    {
        string call = $"{context.Request.Method} {context.Request.Path.Value}";
        switch (call)
        {
            case "GET /health/live":
                return context.Response.WriteAsync("alive");
            case "GET /health/ready":
                context.Response.StatusCode = node.State == NodeState.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                return context.Response.WriteAsync(node.State.ToString().ToLowerInvariant());
            case "GET /metrics":
                context.Response.ContentType = PrometheusText.ContentType;
                return context.Response.WriteAsync(PrometheusText.Write(_metrics));
            case "POST /fastregistry/v1/operator/collect" when context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address):
                context.Response.ContentType = "application/json; charset=utf-8";
                return context.Response.WriteAsync(JsonSerializer.Serialize(Collect(), ManagementJson.Default.CollectBody));
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private CollectBody Collect()
    {
        ForcedCollection left = ForcedCollection.Run();
        return new CollectBody(left.ManagedBytes, left.ResidentAnonymousBytes, connections.Count);
    }
}
