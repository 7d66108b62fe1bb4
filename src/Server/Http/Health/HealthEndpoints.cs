using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Observability;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Http.Health;

/// <summary>Liveness, readiness and metrics.</summary>
internal sealed class HealthEndpoints(RegistryNode node)
{
    private static readonly EndpointDescription Live = new("GET", "/health/live", "The node answers; a stopping one does.")
    {
        IsOutsideContextPath = true,
        Success = SuccessDescription.Text("alive"),
        Note = "Not in Nacos.",
    };

    private static readonly EndpointDescription Ready = new("GET", "/health/ready", "The node takes all requests.")
    {
        IsOutsideContextPath = true,
        Success = SuccessDescription.Text("ready"),
        Errors = [new ErrorDescription(503, ResultCode.ServerError, "not ready: the body is its state in one word")],
        Note = "Not in Nacos.",
    };

    private static readonly EndpointDescription Metrics = new("GET", "/metrics", "Figures as text for Prometheus.")
    {
        IsOutsideContextPath = true,
        Success = new SuccessDescription(PrometheusText.ContentType, "fastregistry_connections 0"),
        Note = "Not in Nacos.",
    };

    public void Map(ApiRoutes api)
    {
        // Alive as long as it can answer; a stopping node is alive.
        api.Map(Live, static call => call.TextAsync("alive"));
        api.Map(Ready, call => FindReasonNotReady() is { } reason ? throw new HttpError(reason, StatusCodes.Status503ServiceUnavailable) : call.TextAsync("ready"));
        api.Map(Metrics, call =>
        {
            call.Context.Response.ContentType = PrometheusText.ContentType;
            return call.Context.Response.WriteAsync(PrometheusText.Write(node.Metrics.Definitions), call.Aborted);
        });
    }

    /// <summary>Why the node must not be routed to: its state, or a status that refuses some requests. Null when it is ready.</summary>
    private string? FindReasonNotReady()
    {
        if (node.State != NodeState.Ready)
        {
            return node.State.ToString().ToLowerInvariant();
        }

        ServerStatus status = node.Status.Current;
        return status == ServerStatus.Up ? null : status.Name().ToLowerInvariant();
    }
}
