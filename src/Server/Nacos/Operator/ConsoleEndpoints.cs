using System.Globalization;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
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

/// <summary><c>/v1/console/server</c>: what kind of server this is.</summary>
internal static class ServerStateEndpoints
{
    private const int MaximumLanguageLength = 32;

    private static readonly EndpointDescription State = new("GET", "/v1/console/server/state", "What kind of server this is.")
    {
        Style = ApiStyle.ConsoleV1,
        Success = SuccessDescription.Json(
            """{"version":"0.1.0","startup_mode":"standalone","function_mode":"naming","server_port":"8848","auth_enabled":"false","auth_system_type":null,"login_page_enabled":"false","auth_admin_request":"false","console_ui_enabled":"false"}"""),
        Note = "The version is this product's. Keys of the configuration centre are not there.",
    };

    private static readonly EndpointDescription Announcement = new("GET", "/v1/console/server/announcement", "A text for the console's start page.")
    {
        Style = ApiStyle.ConsoleV1,
        Parameters = [ParameterDescription.Optional("language", ParameterType.Text, "zh-CN", "Its language.")],
        Success = SuccessDescription.Json("""{"code":200,"message":null,"data":null}"""),
        Errors = [new ErrorDescription(400, ResultCode.ParameterValidateError, "the language is no name of one")],
        Note = "There is no console: null.",
    };

    private static readonly EndpointDescription Guide = new("GET", "/v1/console/server/guide", "A text for a console that is switched off.")
    {
        Style = ApiStyle.ConsoleV1,
        Success = SuccessDescription.Json("""{"code":200,"message":null,"data":null}"""),
        Note = "There is no console: null.",
    };

    public static void Map(ApiRoutes api)
    {
        api.Map(State, static call => call.JsonAsync(JsonText.ObjectOf(json =>
        {
            json.WriteString("version", ProductVersion.Text);
            json.WriteString("startup_mode", "standalone");
            json.WriteString("function_mode", "naming");
            json.WriteString("server_port", call.Context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture));
            json.WriteString("auth_enabled", "false");
            json.WriteNull("auth_system_type");
            json.WriteString("login_page_enabled", "false");
            json.WriteString("auth_admin_request", "false");
            json.WriteString("console_ui_enabled", "false");
        })));
        api.Map(Announcement, static call =>
        {
            string? language = call.Parameters.Find("language");
            if (language is not null && (language.Length > MaximumLanguageLength || !language.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')))
            {
                throw HttpError.IllegalParameter("language", "must be a name such as zh-CN");
            }

            return call.RestResultAsync("null"u8);
        });
        api.Map(Guide, static call => call.RestResultAsync("null"u8));
    }
}

/// <summary><c>/actuator</c>: Spring's own operations, which are not implemented.</summary>
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
