using System.Text.Json.Serialization;
using FastRegistry.Server.Registry;

namespace FastRegistry.Server.Http.Instances;

/// <summary>One instance in an HTTP list, with the fields Nacos' clients read.</summary>
internal sealed class InstanceBody
{
    private const long DefaultBeatInterval = 5000;
    private const long DefaultBeatTimeout = 15000;
    private const long DefaultDeleteTimeout = 30000;
    private const string GeneratorKey = "preserved.instance.id.generator";

    /// <summary><c>ip#port#cluster#group@@service</c>.</summary>
    public required string InstanceId { get; init; }

    public required string Ip { get; init; }

    public required int Port { get; init; }

    [JsonConverter(typeof(JavaDoubleConverter))]
    public required double Weight { get; init; }

    public required bool Healthy { get; init; }

    public required bool Enabled { get; init; }

    public required bool Ephemeral { get; init; }

    public required string ClusterName { get; init; }

    public required string ServiceName { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required long InstanceHeartBeatInterval { get; init; }

    /// <summary>The capital O is Nacos'.</summary>
    public required long InstanceHeartBeatTimeOut { get; init; }

    public required long IpDeleteTimeout { get; init; }

    /// <summary><c>simple</c> without metadata; left out when there is metadata and it does not say.</summary>
    public string? InstanceIdGenerator { get; init; }

    public static InstanceBody Of(Instance instance, ServiceKey service)
    {
        InstanceIdentity identity = instance.Identity;
        Dictionary<string, string> metadata = new(instance.Metadata, StringComparer.Ordinal);
        return new InstanceBody
        {
            InstanceId = $"{identity.Ip}#{identity.Port}#{identity.Cluster}#{service.GroupedName}",
            Ip = identity.Ip,
            Port = identity.Port,
            Weight = instance.Weight,
            Healthy = instance.Healthy,
            Enabled = instance.Enabled,
            Ephemeral = true,
            ClusterName = identity.Cluster,
            ServiceName = service.GroupedName,
            Metadata = metadata,
            InstanceHeartBeatInterval = NumberOr(metadata, "preserved.heart.beat.interval", DefaultBeatInterval),
            InstanceHeartBeatTimeOut = NumberOr(metadata, "preserved.heart.beat.timeout", DefaultBeatTimeout),
            IpDeleteTimeout = NumberOr(metadata, "preserved.ip.delete.timeout", DefaultDeleteTimeout),
            InstanceIdGenerator = metadata.Count == 0 ? "simple" : metadata.GetValueOrDefault(GeneratorKey),
        };
    }

    /// <summary>Only digits count, as in Nacos; anything else is the default.</summary>
    private static long NumberOr(Dictionary<string, string> metadata, string key, long otherwise) =>
        metadata.TryGetValue(key, out string? text) && text.Length > 0 && text.All(char.IsAsciiDigit) && long.TryParse(text, out long value) ? value : otherwise;
}
