using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>The login of clients that are configured with a name and a password. There is no authentication: everybody is let in and the token opens nothing.</summary>
internal static class LoginEndpoints
{
    /// <summary>The token Nacos gives while its authentication is off.</summary>
    public const string Token = "AUTH_DISABLED";

    private const int TokenSeconds = 18_000;

    private static readonly EndpointDescription Login = new("POST", "/v1/auth/users/login", "Gives a token to clients that ask for one.")
    {
        OtherPaths = ["/v1/auth/login"],
        Style = ApiStyle.ConsoleV1,
        MissingText = MissingParameterText.Missing,
        Parameters =
        [
            ParameterDescription.Required("username", ParameterType.Text, "Any name."),
            ParameterDescription.Required("password", ParameterType.Text, "Any password, or a token; neither is judged."),
        ],
        Success = SuccessDescription.Json("""{"accessToken":"AUTH_DISABLED","tokenTtl":18000,"globalAdmin":true,"username":"nacos"}"""),
        Errors = [new ErrorDescription(400, ResultCode.ParameterMissing, "a required parameter is missing")],
        State = EndpointState.Partial,
        Note = "There is no authentication: nobody is refused, the token means nothing, and `accessToken` of other calls is ignored.",
    };

    public static void Map(ApiRoutes api) => api.Map(Login, static call =>
    {
        string user = call.Parameters.Require("username");
        if (call.Parameters.FindOrEmpty("password") is null)
        {
            throw HttpError.Missing("password", "String", call.Parameters.MissingText);
        }

        call.Context.Response.Headers.Authorization = $"Bearer {Token}";
        return call.JsonAsync(JsonText.ObjectOf(json =>
        {
            json.WriteString("accessToken", Token);
            json.WriteNumber("tokenTtl", TokenSeconds);
            json.WriteBoolean("globalAdmin", true);
            json.WriteString("username", user);
        }));
    });
}
