using System.Text.Json;
using FastRegistry.Registry.Events;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Logging;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>The calls that set the level of a log: naming's, and those of v1 and v2 core.</summary>
internal sealed class LogEndpoints(LogLevels levels, ILogger log)
{
    private static readonly EndpointDescription Naming = new("PUT", "/v1/ns/operator/log", "Sets the level of a log until the node stops.")
    {
        OtherPaths = ["/v1/ns/ops/log"],
        MissingText = MissingParameterText.Missing,
        IsForOperators = true,
        Parameters =
        [
            ParameterDescription.Required("logName", ParameterType.Text, $"Which log: {LogNames.Known}."),
            ParameterDescription.Required("logLevel", ParameterType.Text, "From which level on: TRACE, DEBUG, INFO, WARN, ERROR or OFF."),
        ],
        Errors =
        [
            new ErrorDescription(400, ResultCode.ParameterMissing, "a required parameter is missing"),
            new ErrorDescription(400, ResultCode.ParameterValidateError, "nobody has such a log, or there is no such level"),
            new ErrorDescription(501, ResultCode.ServerError, "a log of Nacos that this version does not have"),
        ],
        State = EndpointState.Partial,
        Note = "There are the logs of the node and of its events. Other logs of Nacos are 501, unknown names and levels 400; Nacos ignores them.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Naming, call =>
        {
            Set(call.Parameters.Require("logName"), call.Parameters.Require("logLevel"));
            return call.OkAsync();
        });
        api.Map(
            Naming with
            {
                Path = "/v1/core/ops/log",
                OtherPaths = [],
                Style = ApiStyle.ConsoleV1,
                Success = SuccessDescription.Text("200"),
            },
            call =>
            {
                Set(call.Parameters.Require("logName"), call.Parameters.Require("logLevel"));
                return call.TextAsync("200");
            });
        api.Map(
            Naming with
            {
                Path = "/v2/core/ops/log",
                OtherPaths = [],
                Style = ApiStyle.V2,
                ErrorsAs = ErrorBody.CausedText,
                Parameters = [],
                RequestExample = """{"logName":"core","logLevel":"DEBUG"}""",
                Success = SuccessDescription.Json("""{"code":200,"message":null,"data":null}"""),
            },
            SetByBodyAsync);
    }

    private static string? TextOf(JsonElement? body, string name) =>
        body is { ValueKind: JsonValueKind.Object } && body.Value.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private async Task SetByBodyAsync(ApiCall call)
    {
        JsonElement? body = await JsonBody.ReadAsync(call).ConfigureAwait(false);
        Set(Require("logName"), Require("logLevel"));
        await call.RestResultAsync("null"u8).ConfigureAwait(false);

        string Require(string name) => TextOf(body, name) is { Length: > 0 } text ? text : throw HttpError.Missing(name, "String", MissingParameterText.RequiredIsMissing);
    }

    /// <exception cref="HttpError">There is no such log or level.</exception>
    private void Set(string name, string levelText)
    {
        LogLevel level = LogNames.FindLevel(levelText)
            ?? throw HttpError.IllegalParameter("logLevel", "must be TRACE, DEBUG, INFO, WARN, ERROR or OFF");
        if (!LogNames.TryFind(name, out string? category))
        {
            throw HttpError.IllegalParameter("logName", $"must be one of {LogNames.Known}");
        }

        if (category is null)
        {
            throw HttpError.NotSupported($"this version has no log {name}; there are {LogNames.Known}");
        }

        // Logged before the change while warnings are still logged, otherwise after it.
        bool isTold = log.IsEnabled(LogLevel.Warning);
        if (isTold)
        {
            log.LogLevelSet(category, level);
        }

        levels.Set(category, level);
        if (!isTold)
        {
            log.LogLevelSet(category, level);
        }
    }
}

/// <summary>The logs that Nacos' calls name, which of them exist here, and Nacos' words for levels.</summary>
internal static class LogNames
{
    private const string Node = "FastRegistry";

    private static readonly Dictionary<string, string?> Naming = new(StringComparer.Ordinal)
    {
        ["naming-server"] = Node,
        ["naming-event"] = EventLog.Category,
        ["naming-push"] = null,
        ["naming-rt"] = null,
        ["naming-raft"] = null,
        ["naming-distro"] = null,
        ["naming-performance"] = null,
    };

    private static readonly Dictionary<string, string?> Core = new(StringComparer.Ordinal)
    {
        ["core"] = Node,
        ["core-auth"] = null,
        ["core-raft"] = null,
        ["core-distro"] = null,
        ["core-cluster"] = null,
    };

    private static readonly string[] Categories = [Node, EventLog.Category, "Microsoft"];

    /// <summary>Names that change something.</summary>
    public static string Known { get; } = string.Join(
        ", ", [.. Naming.Concat(Core).Where(static pair => pair.Value is not null).Select(static pair => pair.Key), .. Categories]);

    /// <summary>Finds the category of a log name; null when Nacos has such a log and this version does not. False when neither has it.</summary>
    public static bool TryFind(string name, out string? category)
    {
        category = Array.Find(Categories, known => known == name);
        return category is not null || Naming.TryGetValue(name, out category) || Core.TryGetValue(name, out category);
    }

    /// <summary>Nacos' names of levels, and .NET's.</summary>
    public static LogLevel? FindLevel(string text) => text.ToUpperInvariant() switch
    {
        "ALL" or "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "INFO" or "INFORMATION" => LogLevel.Information,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "FATAL" or "CRITICAL" => LogLevel.Critical,
        "OFF" or "NONE" => LogLevel.None,
        _ => null,
    };
}
