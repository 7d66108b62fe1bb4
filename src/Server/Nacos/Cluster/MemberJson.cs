using System.Net;
using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary>Writes this node as a member of a cluster. What it has not got, raft and gRPC, it does not claim.</summary>
internal sealed class MemberJson(RegistryNode node, TimeProvider timeProvider)
{
    public const string Example =
        """{"ip":"10.0.0.1","port":8848,"state":"UP","extendInfo":{"lastRefreshTime":1700000000000,"readyToUpgrade":true,"supportGrayModel":false,"version":"0.1.0"},"address":"10.0.0.1:8848","abilities":{"remoteAbility":{"supportRemoteConnection":false,"grpcReportEnabled":false},"configAbility":{"supportRemoteMetrics":false},"namingAbility":{"supportJraft":false}},"grpcReportEnabled":false,"failAccessCnt":0}""";

    /// <summary>States a member can have.</summary>
    public static IReadOnlyList<string> States { get; } = ["STARTING", "UP", "SUSPICIOUS", "DOWN", "ISOLATION"];

    /// <summary>This node's state as a member: one that refuses some requests only is up.</summary>
    public string State => node.Status.Current switch
    {
        ServerStatus.Starting => "STARTING",
        ServerStatus.Down or ServerStatus.Paused => "DOWN",
        _ => "UP",
    };

    /// <summary>This node.</summary>
    public void Write(Utf8JsonWriter json, IPEndPoint address)
    {
        json.WriteStartObject();
        json.WriteString("ip", address.Address.ToString());
        json.WriteNumber("port", address.Port);
        json.WriteString("state", State);
        json.WriteStartObject("extendInfo");
        json.WriteNumber("lastRefreshTime", timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteBoolean("readyToUpgrade", true);
        json.WriteBoolean("supportGrayModel", false);
        json.WriteString("version", ProductVersion.Text);
        json.WriteEndObject();
        json.WriteString("address", address.ToString());
        json.WriteStartObject("abilities");
        WriteAbility(json, "remoteAbility", "supportRemoteConnection", "grpcReportEnabled");
        WriteAbility(json, "configAbility", "supportRemoteMetrics");
        WriteAbility(json, "namingAbility", "supportJraft");
        json.WriteEndObject();
        json.WriteBoolean("grpcReportEnabled", false);
        json.WriteNumber("failAccessCnt", 0);
        json.WriteEndObject();
    }

    /// <summary>A list of this node, or of nobody.</summary>
    public byte[] EncodeList(IPEndPoint address, bool isWanted) => JsonText.Of(json =>
    {
        json.WriteStartArray();
        if (isWanted)
        {
            Write(json, address);
        }

        json.WriteEndArray();
    });

    private static void WriteAbility(Utf8JsonWriter json, string name, params ReadOnlySpan<string> flags)
    {
        json.WriteStartObject(name);
        foreach (string flag in flags)
        {
            json.WriteBoolean(flag, false);
        }

        json.WriteEndObject();
    }
}
