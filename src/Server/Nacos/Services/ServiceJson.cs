using System.Text.Json;
using FastRegistry.Registry.Metadata;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Services;

/// <summary>Writes a service as <c>GET …/service</c> shows it.</summary>
internal static class ServiceJson
{
    public const string ExampleV1 =
        """{"namespaceId":"public","groupName":"DEFAULT_GROUP","name":"orders","protectThreshold":0.3,"metadata":{},"selector":{"type":"none","contextType":"NONE"},"clusters":[{"name":"DEFAULT","healthChecker":{"type":"TCP"},"metadata":{}}]}""";

    public const string ExampleV2 =
        """{"code":0,"message":"success","data":{"namespace":"public","serviceName":"orders","groupName":"DEFAULT_GROUP","clusterMap":{"DEFAULT":{"clusterName":"DEFAULT","healthChecker":{"type":"TCP"},"metadata":{},"hosts":null}},"metadata":{},"protectThreshold":0.0,"selector":{"type":"none","contextType":"NONE"},"ephemeral":true}}""";

    public static byte[] EncodeV1(ServiceView service) => JsonText.ObjectOf(json =>
    {
        json.WriteString("namespaceId", service.Key.Namespace);
        json.WriteString("groupName", service.Key.Group);
        json.WriteString("name", service.Key.Name);
        json.WriteJavaNumber("protectThreshold", service.Metadata.ProtectThreshold);
        json.WriteTexts("metadata", service.Metadata.ExtendData);
        SelectorText.Write(json, service.Metadata.Selector);
        json.WriteStartArray("clusters");
        foreach (string name in service.Clusters)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            WriteSettings(json, service.Metadata.ClusterOf(name));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public static byte[] EncodeV2(ServiceView service) => JsonText.ObjectOf(json =>
    {
        json.WriteString("namespace", service.Key.Namespace);
        json.WriteString("serviceName", service.Key.Name);
        json.WriteString("groupName", service.Key.Group);
        json.WriteStartObject("clusterMap");
        foreach (string name in service.Clusters)
        {
            json.WriteStartObject(name);
            json.WriteString("clusterName", name);
            WriteSettings(json, service.Metadata.ClusterOf(name));
            json.WriteNull("hosts");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteTexts("metadata", service.Metadata.ExtendData);
        json.WriteJavaNumber("protectThreshold", service.Metadata.ProtectThreshold);
        SelectorText.Write(json, service.Metadata.Selector);
        json.WriteBoolean("ephemeral", service.Kind == ServiceKind.Ephemeral);
    });

    private static void WriteSettings(Utf8JsonWriter json, ClusterMetadata cluster)
    {
        HealthCheckerJson.Write(json, "healthChecker", cluster.HealthChecker);
        json.WriteTexts("metadata", cluster.ExtendData);
    }
}
