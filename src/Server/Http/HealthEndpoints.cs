using FastRegistry.Server.Control;
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
        application.MapGet("/health/ready", static (RegistryNode node) => FindReasonNotReady(node) is { } reason
            ? Results.Text(reason, statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ready"));
        application.MapGet("/metrics", static (RegistryNode node) => Results.Text(PrometheusText.Write(node.Metrics.Definitions), PrometheusText.ContentType));
    }

    /// <summary>Not ready to be routed to: by its state, or because its status refuses some requests. Null when ready.</summary>
    private static string? FindReasonNotReady(RegistryNode node)
    {
        if (node.State != NodeState.Ready)
        {
            return node.State.ToString().ToLowerInvariant();
        }

        ServerStatus status = node.Status.Current;
        return status == ServerStatus.Up ? null : status.Name().ToLowerInvariant();
    }
}
