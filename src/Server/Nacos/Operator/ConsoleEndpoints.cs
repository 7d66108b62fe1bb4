using System.Globalization;
using FastRegistry.Node.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Server.Nacos.Operator;

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
