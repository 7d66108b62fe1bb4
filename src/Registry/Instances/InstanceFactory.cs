using System.Runtime.InteropServices;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Instances;

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

        KeyValuePair<string, string>[] metadata = MetadataOf(message);
        double weight = message.HasWeight ? message.Weight : 1;
        RequestError? error = CheckIdentity(message.Ip, message.Port, message.Cluster, field)
            ?? Broken(field, "weight", NameRules.BrokenByWeight(weight))
            ?? Broken(field, "metadata", NameRules.BrokenByMetadata(metadata))
            ?? Broken(field, "instance_id", NameRules.BrokenByInstanceId(message.InstanceId));
        if (error is not null)
        {
            return error;
        }

        instance = Instance.Create(
            IdentityOf(message.Ip, message.Port, message.Cluster),
            weight,
            healthy: !message.HasHealthy || message.Healthy,
            enabled: !message.HasEnabled || message.Enabled,
            ImmutableCollectionsMarshal.AsImmutableArray(metadata),
            message.InstanceId);
        return Broken(field, "metadata", PreservedMetadata.BrokenBy(instance));
    }

    public static RequestError? TryCreate(Messages.InstanceKey message, string field, out InstanceIdentity identity)
    {
        identity = IdentityOf(message.Ip, message.Port, message.Cluster);
        return CheckIdentity(message.Ip, message.Port, message.Cluster, field);
    }

    private static KeyValuePair<string, string>[] MetadataOf(Messages.Instance message)
    {
        int count = message.Metadata.Count;
        if (count == 0)
        {
            return [];
        }

        KeyValuePair<string, string>[] metadata = new KeyValuePair<string, string>[count];
        for (int i = 0; i < count; i++)
        {
            metadata[i] = KeyValuePair.Create(message.Metadata[i].Key, message.Metadata[i].Value);
        }

        return metadata;
    }

    private static RequestError? CheckIdentity(string ip, uint port, string cluster, string field) =>
        Broken(field, "ip", NameRules.BrokenByIp(ip))
        ?? Broken(field, "port", NameRules.BrokenByPort(port))
        ?? Broken(field, "cluster", NameRules.BrokenByCluster(cluster));

    private static InstanceIdentity IdentityOf(string ip, uint port, string cluster) =>
        new(cluster is "" or Instance.DefaultCluster ? Instance.DefaultCluster : cluster, ip, (int)port);

    private static RequestError? Broken(string field, string member, string? rule) =>
        rule is null ? null : RequestError.Invalid($"{field}.{member}", rule);
}

/// <summary>Makes valid service keys of what a request says.</summary>
internal static class ServiceKeyFactory
{
    /// <summary>Fills in the defaults and checks the rules.</summary>
    /// <param name="namespace">Empty = <paramref name="defaultNamespace"/>.</param>
    /// <param name="group">Empty = the default group.</param>
    /// <param name="name">Required.</param>
    /// <param name="defaultNamespace">The set-up's namespace.</param>
    /// <param name="key">The key when null is returned.</param>
    public static RequestError? TryCreate(string @namespace, string group, string name, string defaultNamespace, out ServiceKey key)
    {
        @namespace = @namespace.Length == 0 ? defaultNamespace : @namespace;
        group = group.Length == 0 ? ServiceKey.DefaultGroup : group;
        key = null!;
        if (NameRules.BrokenByNamespace(@namespace) is { } namespaceRule)
        {
            return RequestError.Invalid("namespace", namespaceRule);
        }

        if (NameRules.BrokenByGroup(group) is { } groupRule)
        {
            return RequestError.Invalid("group", groupRule);
        }

        if (NameRules.BrokenByService(name) is { } nameRule)
        {
            return RequestError.Invalid("name", nameRule);
        }

        key = new ServiceKey(@namespace, group, name);
        return null;
    }
}
