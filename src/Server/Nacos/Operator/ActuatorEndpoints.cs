using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary><c>/actuator</c>: Spring's own operations, which are not copied.</summary>
internal static class ActuatorEndpoints
{
    private const string Reason = "there is no actuator: metrics are at /metrics, liveness and readiness at /health/live and /health/ready";

    public static void Map(ApiRoutes api) => api.MapNotImplemented(
        new EndpointDescription("GET", "/actuator", "Spring's actuator.")
        {
            OtherPaths = ["/actuator/{**rest}"],
            ErrorsAs = ErrorBody.Text,
            Errors = [new ErrorDescription(501, ResultCode.ServerError, Reason)],
        },
        Reason);
}
