using FastRegistry.Server.Hosting;
using FastRegistry.Server.Observability;

namespace FastRegistry.Server.Http;

/// <summary>Liveness, readiness and metrics.</summary>
internal static class HealthEndpoints
{
    public static void Map(WebApplication application)
    {
        // Alive as long as it can answer; a stopping node is alive.
        application.MapGet("/health/live", static () => Results.Text("alive"));
        application.MapGet("/health/ready", static (RegistryNode node) => node.State == NodeState.Ready
            ? Results.Text("ready")
            : Results.Text(node.State.ToString().ToLowerInvariant(), statusCode: StatusCodes.Status503ServiceUnavailable));
        application.MapGet("/metrics", static (RegistryNode node) => Results.Text(PrometheusText.Write(node.Metrics.Definitions), PrometheusText.ContentType));
    }
}
