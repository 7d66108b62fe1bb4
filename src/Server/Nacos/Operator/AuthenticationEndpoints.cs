using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>The login of clients that are configured with a name and a password. There is no authentication: every login succeeds, and the token has no
/// effect.</summary>
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
        call.Parameters.RequireOrEmpty("password");
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

/// <summary>Users, roles and permissions: parameters are checked and the answer is 501, because there is no authentication.</summary>
internal static class AuthenticationEndpoints
{
    /// <summary>Why.</summary>
    public const string Reason = "there is no authentication in this version: no users, roles and permissions";

    private static readonly ParameterDescription User = ParameterDescription.Required("username", ParameterType.Text, "The user's name.");
    private static readonly ParameterDescription Role = ParameterDescription.Required("role", ParameterType.Text, "The role's name.");
    private static readonly ParameterDescription Resource = ParameterDescription.Required("resource", ParameterType.Text, "`namespace:group:naming/service`.");
    private static readonly ParameterDescription Action = ParameterDescription.Required("action", ParameterType.Text, "`r`, `w` or `rw`.");
    private static readonly ParameterDescription Search = ParameterDescription.Optional("search", ParameterType.Text, null, "`accurate` or `blur`.");

    public static void Map(ApiRoutes api)
    {
        MapUsers(api);
        Map(api, "POST", "/v1/auth/roles", "Gives a user a role.", Role, User);
        Map(api, "DELETE", "/v1/auth/roles", "Takes a role from a user, or deletes it.", Role, Optional(User));
        Map(api, "GET", "/v1/auth/roles", "Lists roles.", Search, Optional(User), Optional(Role));
        Map(api, "GET", "/v1/auth/roles/search", "Names of roles.", Role);
        Map(api, "POST", "/v1/auth/permissions", "Gives a role a permission.", Role, Resource, Action);
        Map(api, "DELETE", "/v1/auth/permissions", "Takes a permission from a role.", Role, Resource, Action);
        Map(api, "GET", "/v1/auth/permissions", "Lists permissions.", Search, Optional(Role), Optional(Resource), Optional(Action));
    }

    private static void MapUsers(ApiRoutes api)
    {
        ParameterDescription password = ParameterDescription.Required("password", ParameterType.Text, "The password.");
        MapUser(api, "POST", "", "Creates a user.", User, password);
        MapUser(api, "PUT", "", "Changes a user's password.", User, password with { Name = "newPassword" });
        MapUser(api, "DELETE", "", "Deletes a user.", User);
        MapUser(api, "GET", "", "Lists users.", Search, Optional(User));
        MapUser(api, "GET", "/search", "Names of users.", User);
        MapUser(api, "PUT", "/password", "Changes one's own password.", password with { Name = "oldPassword" }, password with { Name = "newPassword" });
        MapUser(api, "POST", "/admin", "Creates the first administrator.", Optional(password));
    }

    private static ErrorDescription Missing { get; } = new(400, ResultCode.ParameterMissing, "a required parameter is missing");

    private static ParameterDescription Optional(ParameterDescription parameter) => parameter with { IsRequired = false };

    /// <summary>Every call for users is there twice, as in Nacos.</summary>
    private static void MapUser(ApiRoutes api, string method, string path, string summary, params IReadOnlyList<ParameterDescription> parameters) =>
        api.MapNotImplemented(Describe(method, $"/v1/auth/users{path}", summary, parameters) with { OtherPaths = [$"/v1/auth{path}"] }, Reason);

    private static void Map(ApiRoutes api, string method, string path, string summary, params IReadOnlyList<ParameterDescription> parameters) =>
        api.MapNotImplemented(Describe(method, path, summary, parameters), Reason);

    private static EndpointDescription Describe(string method, string path, string summary, IReadOnlyList<ParameterDescription> parameters) => new(method, path, summary)
    {
        Style = ApiStyle.ConsoleV1,
        MissingText = MissingParameterText.Missing,
        Parameters = parameters,
        Errors = [.. parameters.Any(static parameter => parameter.IsRequired) ? [Missing] : Array.Empty<ErrorDescription>(), new ErrorDescription(501, ResultCode.ServerError, Reason)],
    };
}
