using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary><c>…/ns/operator/switches</c>: what can be changed while the node runs.</summary>
internal sealed class SwitchEndpoints(SwitchBoard switches)
{
    private static readonly string Example = System.Text.Encoding.UTF8.GetString(SwitchDocument.Encode(new Switches()));

    private static readonly EndpointDescription Show = new("GET", "/v1/ns/operator/switches", "All switches with their values.")
    {
        OtherPaths = ["/v1/ns/ops/switches"],
        Success = SuccessDescription.Json(Example),
        Note = "Switches that switch nothing in this version show Nacos' defaults.",
    };

    private static readonly EndpointDescription Set = new("PUT", "/v1/ns/operator/switches", "Sets one switch of this node, until it stops.")
    {
        OtherPaths = ["/v1/ns/ops/switches"],
        MissingText = MissingParameterText.Missing,
        IsForOperators = true,
        Parameters =
        [
            ParameterDescription.Required("entry", ParameterType.Text, "Its name."),
            ParameterDescription.Required("value", ParameterType.Text, "Its new value."),
            ParameterDescription.Optional("debug", ParameterType.Flag, "false", "This node only; it always is."),
        ],
        Errors =
        [
            new ErrorDescription(400, ResultCode.ParameterMissing, "a required parameter is missing"),
            new ErrorDescription(400, ResultCode.ServerError, "there is no such switch, or the value breaks its rule"),
            new ErrorDescription(501, ResultCode.ServerError, "a switch of Nacos that has nothing to switch in this version"),
        ],
        State = EndpointState.Partial,
        Note = $"Kept in memory. An unknown switch and a word that is neither true nor false are 400, where Nacos answers ok. 501: {string.Join(", ", SwitchDocument.WithoutEffect)}.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Show, call => call.JsonAsync(SwitchDocument.Encode(switches.Current)));
        api.Map(Set, SetAsync);
        api.Map(
            Show with
            {
                Path = "/v2/ns/operator/switches",
                OtherPaths = ["/v2/ns/ops/switches"],
                Style = ApiStyle.V2,
                Success = SuccessDescription.Json($$"""{"code":0,"message":"success","data":{{Example}}}"""),
            },
            call => call.ResultAsync(SwitchDocument.Encode(switches.Current)));
        api.Map(
            Set with
            {
                Path = "/v2/ns/operator/switches",
                OtherPaths = ["/v2/ns/ops/switches"],
                Style = ApiStyle.V2,
                MissingText = MissingParameterText.RequiredOfType,
                Success = SuccessDescription.OkResult,
            },
            SetAsync);
    }

    private Task SetAsync(ApiCall call)
    {
        string entry = HttpError.Quote(call.Parameters.Require("entry"));

        // v1 takes an empty value: it clears a map or an override.
        string value = call.IsV2
            ? call.Parameters.Require("value")
            : call.Parameters.RequireOrEmpty("value");
        if (SwitchDocument.WithoutEffect.Contains(entry))
        {
            throw HttpError.NotSupported($"switch {entry} has nothing to switch in this version");
        }

        return switches.TryUpdate(entry, value, out string? error) ? call.OkAsync() : throw HttpError.Illegal(error, ResultCode.ServerError);
    }
}

/// <summary>Writes all switches in the form of Nacos' document. Switches that have no effect in this version show Nacos' defaults.</summary>
internal static class SwitchDocument
{
    /// <summary>Entries of Nacos' update call that have no effect in this version.</summary>
    public static IReadOnlySet<string> WithoutEffect { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "distroThreshold",
        "distroServerExpiredMillis",
        "serviceStatusSynchronizationPeriodMillis",
        "serverStatusSynchronizationPeriodMillis",
        "masters",
        "disableAddIP",
        "sendBeatOnly",
        "autoChangeHealthCheckEnabled",
        "enableStandalone",
        "httpHealthParams",
        "tcpHealthParams",
        "mysqlHealthParams",
    };

    public static byte[] Encode(Switches switches) => JsonText.ObjectOf(json =>
    {
        json.WriteNull("masters");
        WriteEmptyObject(json, "adWeightMap");
        json.WriteNumber("defaultPushCacheMillis", switches.DefaultPushCacheMilliseconds);
        json.WriteNumber("clientBeatInterval", switches.ClientBeatIntervalMilliseconds);
        json.WriteNumber("defaultCacheMillis", switches.DefaultCacheMilliseconds);
        json.WriteJavaNumber("distroThreshold", 0.7);
        json.WriteBoolean("healthCheckEnabled", switches.HealthCheckEnabled);
        json.WriteBoolean("autoChangeHealthCheckEnabled", true);
        json.WriteBoolean("distroEnabled", switches.DistroEnabled);
        json.WriteBoolean("enableStandalone", true);
        json.WriteBoolean("pushEnabled", switches.PushEnabled);
        json.WriteNumber("checkTimes", switches.CheckTimes);
        WriteHealthParameters(json, "httpHealthParams", (5000, 500, 0.85));
        WriteHealthParameters(json, "tcpHealthParams", (5000, 1000, 0.75));
        WriteHealthParameters(json, "mysqlHealthParams", (3000, 2000, 0.65));
        json.WriteTexts("incrementalList", Array.Empty<string>());
        json.WriteNumber("serverStatusSynchronizationPeriodMillis", 2000);
        json.WriteNumber("serviceStatusSynchronizationPeriodMillis", 5000);
        json.WriteBoolean("disableAddIP", false);
        json.WriteBoolean("sendBeatOnly", false);
        json.WriteBoolean("lightBeatEnabled", switches.LightBeatEnabled);
        json.WriteStartObject("limitedUrlMap");
        foreach (LimitedUrl url in switches.LimitedUrls.DistinctBy(static url => url.Prefix))
        {
            json.WriteNumber(url.Prefix, url.Status);
        }

        json.WriteEndObject();
        json.WriteNumber("distroServerExpiredMillis", 10_000);
        json.WriteString("pushGoVersion", switches.PushVersions.Go.ToString());
        json.WriteString("pushJavaVersion", switches.PushVersions.Java.ToString());
        json.WriteString("pushPythonVersion", switches.PushVersions.Python.ToString());
        json.WriteString("pushCVersion", switches.PushVersions.C.ToString());
        json.WriteString("pushCSharpVersion", switches.PushVersions.CSharp.ToString());
        json.WriteBoolean("enableAuthentication", false);
        json.WriteString("overriddenServerStatus", switches.OverriddenServerStatus?.Name());
        json.WriteBoolean("defaultInstanceEphemeral", switches.DefaultInstanceEphemeral);
        json.WriteTexts("healthCheckWhiteList", Array.Empty<string>());
        json.WriteString("name", "00-00---000-NACOS_SWITCH_DOMAIN-000---00-00");
        json.WriteNull("checksum");
    });

    private static void WriteEmptyObject(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteEndObject();
    }

    private static void WriteHealthParameters(Utf8JsonWriter json, string name, (int Maximum, int Minimum, double Factor) values)
    {
        json.WriteStartObject(name);
        json.WriteNumber("max", values.Maximum);
        json.WriteNumber("min", values.Minimum);
        json.WriteJavaNumber("factor", values.Factor);
        json.WriteEndObject();
    }
}
