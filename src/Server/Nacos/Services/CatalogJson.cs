using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Lists;
using FastRegistry.Wire.Messages;
using Instance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Server.Nacos.Services;

/// <summary>Writes services and instances as the console's views show them.</summary>
internal static class CatalogJson
{
    // Nacos' default of the port a cluster's instances have; nothing sets another one.
    private const int DefaultPort = 80;

    /// <summary>One service with the settings of its clusters.</summary>
    public static byte[] EncodeService(ServiceView service) => JsonText.ObjectOf(json =>
    {
        json.WriteStartObject("service");
        json.WriteString("name", service.Key.Name);
        json.WriteString("groupName", service.Key.Group);
        json.WriteJavaNumber("protectThreshold", service.Metadata.ProtectThreshold);
        SelectorText.Write(json, service.Metadata.Selector);
        json.WriteTexts("metadata", service.Metadata.ExtendData);
        json.WriteEndObject();
        json.WriteStartArray("clusters");
        foreach (string name in service.Clusters)
        {
            ClusterMetadata cluster = service.Metadata.ClusterOf(name);
            json.WriteStartObject();
            json.WriteString("serviceName", service.Key.GroupedName);
            json.WriteString("name", name);
            HealthCheckerJson.Write(json, "healthChecker", cluster.HealthChecker);
            json.WriteNumber("defaultPort", DefaultPort);
            json.WriteNumber("defaultCheckPort", cluster.CheckPort);
            json.WriteBoolean("useIPPort4Check", cluster.UseInstancePort);
            json.WriteTexts("metadata", cluster.ExtendData);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>A line of the list of services.</summary>
    public static void WriteSummary(Utf8JsonWriter json, ServiceView service)
    {
        int count = service.Snapshot.Instances.Length;
        int healthy = 0;
        foreach (Instance instance in service.Snapshot.Instances)
        {
            healthy += instance.Healthy ? 1 : 0;
        }

        bool isTriggered = count > 0 && (double)healthy / count <= service.Metadata.ProtectThreshold;
        json.WriteStartObject();
        json.WriteString("name", service.Key.Name);
        json.WriteString("groupName", service.Key.Group);
        json.WriteNumber("clusterCount", service.Clusters.Count);
        json.WriteNumber("ipCount", count);
        json.WriteNumber("healthyInstanceCount", healthy);

        // A text, as in Nacos.
        json.WriteString("triggerFlag", isTriggered ? "true" : "false");
        json.WriteEndObject();
    }

    /// <summary>A service with its instances by cluster.</summary>
    public static void WriteDetail(Utf8JsonWriter json, ServiceView service)
    {
        json.WriteStartObject();
        json.WriteNull("namespace");
        json.WriteString("serviceName", service.Key.Name);
        json.WriteString("groupName", service.Key.Group);
        json.WriteStartObject("clusterMap");
        foreach (string name in service.Clusters)
        {
            json.WriteStartObject(name);
            json.WriteNull("clusterName");
            json.WriteNull("healthChecker");
            json.WriteNull("metadata");
            json.WriteStartArray("hosts");
            foreach (Instance instance in service.Snapshot.Instances)
            {
                if (instance.Identity.Cluster == name)
                {
                    WriteHost(json, instance);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteTexts("metadata", service.Metadata.ExtendData);
        json.WriteJavaNumber("protectThreshold", service.Metadata.ProtectThreshold);
        json.WriteNull("selector");
        json.WriteNull("ephemeral");
        json.WriteEndObject();
    }

    /// <summary>A page of instances as an array.</summary>
    public static void WriteInstances(Utf8JsonWriter json, string member, IEnumerable<Instance> instances, ServiceKey service)
    {
        JsonEncodedText serviceName = JsonEncodedText.Encode(service.GroupedName, HttpJson.Encoder);
        json.WriteStartArray(member);
        foreach (Instance instance in instances)
        {
            InstanceJson.Write(json, instance, service, serviceName);
        }

        json.WriteEndArray();
    }

    private static void WriteHost(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartObject();
        json.WriteBoolean("valid", instance.Healthy);
        InstanceJson.WriteMetadata(json, instance);
        json.WriteNumber("port", instance.Identity.Port);
        json.WriteString("ip", instance.Identity.Ip);
        json.WriteJavaNumber("weight", instance.Weight);
        json.WriteBoolean("enabled", instance.Enabled);
        json.WriteEndObject();
    }
}
