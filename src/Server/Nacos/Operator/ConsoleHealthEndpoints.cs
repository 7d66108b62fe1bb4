using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary><c>…/console/health</c>: liveness and readiness as Nacos' probes ask for them.</summary>
internal sealed class ConsoleHealthEndpoints(RegistryNode node)
{
    private const string NotReady = "naming not in readiness";

    private static readonly EndpointDescription Liveness = new("GET", "/v1/console/health/liveness", "The node answers.")
    {
        Style = ApiStyle.ConsoleV1,
        Success = SuccessDescription.Text("OK"),
    };

    private static readonly EndpointDescription Readiness = new("GET", "/v1/console/health/readiness", "The node takes all requests.")
    {
        Style = ApiStyle.ConsoleV1,
        ErrorsAs = ErrorBody.Text,
        Success = SuccessDescription.Text("OK"),
        Errors = [new ErrorDescription(500, ResultCode.ServerError, $"`{NotReady}`")],
    };

    private static readonly EndpointDescription LivenessV2 = new("GET", "/v2/console/health/liveness", "The node answers.")
    {
        Style = ApiStyle.V2,
        ErrorsAs = ErrorBody.CausedText,
        Success = SuccessDescription.OkResult,
    };

    private static readonly EndpointDescription ReadinessV2 = new("GET", "/v2/console/health/readiness", "The node takes all requests.")
    {
        Style = ApiStyle.V2,
        ErrorsAs = ErrorBody.CausedText,
        Success = SuccessDescription.OkResult,
        Errors = [new ErrorDescription(200, ResultCode.ServerError, $"not ready: code 30000, message `{NotReady}`, data null")],
        Note = "Not ready is status 200 as in Nacos: a probe that reads the status alone asks `/health/ready` instead.",
    };

    private bool IsReady => node.State == NodeState.Ready && node.Status.Current == ServerStatus.Up;

    public void Map(ApiRoutes api)
    {
        api.Map(Liveness, static call => call.TextAsync("OK"));
        api.Map(Readiness, call => IsReady ? call.TextAsync("OK") : throw new HttpError(NotReady, StatusCodes.Status500InternalServerError));
        api.Map(LivenessV2, static call => call.OkAsync());
        api.Map(ReadinessV2, call => IsReady ? call.OkAsync() : call.RestResultAsync((int)ResultCode.ServerError, NotReady));
    }
}
