using System.Collections.Immutable;
using FastRegistry.Server.Registry;
using FastRegistry.Wire.Framing;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Naming;

/// <summary>Makes valid instances of what a native request says.</summary>
internal static class InstanceFactory
{
    public static RequestError? TryCreate(Messages.Instance? message, string field, out Instance instance)
    {
        instance = null!;
        if (message is null)
        {
            return RequestError.Invalid(field, "is required");
        }

        if (message.Persistent)
        {
            return new RequestError(ErrorCode.NotSupported, $"{field}.persistent", "persistent instances are not supported by this version");
        }

        KeyValuePair<string, string>[] metadata = [.. message.Metadata.Select(static label => KeyValuePair.Create(label.Key, label.Value))];
        double weight = message.HasWeight ? message.Weight : 1;
        RequestError? error = CheckIdentity(message.Ip, message.Port, message.Cluster, field)
            ?? Broken(field, "weight", NameRules.BrokenByWeight(weight))
            ?? Broken(field, "metadata", NameRules.BrokenByMetadata(metadata))
            ?? Broken(field, "instance_id", NameRules.BrokenByInstanceId(message.InstanceId));
        if (error is not null)
        {
            return error;
        }

        instance = new Instance
        {
            Identity = IdentityOf(message.Ip, message.Port, message.Cluster),
            Weight = weight,
            Healthy = !message.HasHealthy || message.Healthy,
            Enabled = !message.HasEnabled || message.Enabled,
            Metadata = ImmutableArray.Create(metadata),
            InstanceId = message.InstanceId.Length == 0 ? null : message.InstanceId,
        };
        return Broken(field, "metadata", PreservedMetadata.BrokenBy(instance));
    }

    public static RequestError? TryCreate(Messages.InstanceKey message, string field, out InstanceIdentity identity)
    {
        identity = IdentityOf(message.Ip, message.Port, message.Cluster);
        return CheckIdentity(message.Ip, message.Port, message.Cluster, field);
    }

    private static RequestError? CheckIdentity(string ip, uint port, string cluster, string field) =>
        Broken(field, "ip", NameRules.BrokenByIp(ip))
        ?? Broken(field, "port", NameRules.BrokenByPort(port))
        ?? Broken(field, "cluster", NameRules.BrokenByCluster(cluster));

    private static InstanceIdentity IdentityOf(string ip, uint port, string cluster) =>
        new(cluster.Length == 0 ? Instance.DefaultCluster : cluster, ip, (int)port);

    private static RequestError? Broken(string field, string member, string? rule) =>
        rule is null ? null : RequestError.Invalid($"{field}.{member}", rule);
}
