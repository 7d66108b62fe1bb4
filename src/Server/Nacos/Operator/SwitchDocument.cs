using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>All switches as Nacos' document has them. Those that switch nothing here show Nacos' defaults.</summary>
internal static class SwitchDocument
{
    /// <summary>Entries of Nacos' update call that have nothing to switch in this version.</summary>
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
