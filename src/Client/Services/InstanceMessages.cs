using System.Collections.Immutable;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Services;

/// <summary>Instances as they travel. Whatever equals its default is left out.</summary>
internal static class InstanceMessages
{
    public static Messages.Instance ToMessage(this Instance instance)
    {
        Messages.Instance message = new() { Ip = instance.Ip, Port = (uint)instance.Port };
        if (instance.Weight != 1)
        {
            message.Weight = instance.Weight;
        }

        if (!instance.Healthy)
        {
            message.Healthy = false;
        }

        if (!instance.Enabled)
        {
            message.Enabled = false;
        }

        if (instance.Cluster != Instance.DefaultCluster)
        {
            message.Cluster = instance.Cluster;
        }

        foreach ((string key, string value) in instance.Metadata)
        {
            message.Metadata.Add(new Messages.Label { Key = key, Value = value });
        }

        message.InstanceId = instance.InstanceId ?? "";
        return message;
    }

    public static Messages.InstanceKey ToMessage(this InstanceIdentity identity) => new()
    {
        Ip = identity.Ip,
        Port = (uint)identity.Port,
        Cluster = identity.Cluster == Instance.DefaultCluster ? "" : identity.Cluster,
    };

    public static InstanceIdentity ToIdentity(this Messages.InstanceKey key) =>
        new(key.Cluster.Length == 0 ? Instance.DefaultCluster : key.Cluster, key.Ip, (int)key.Port);

    public static Instance ToInstance(this Messages.Instance message)
    {
        ImmutableDictionary<string, string> metadata = ImmutableDictionary<string, string>.Empty;
        if (message.Metadata.Count > 0)
        {
            ImmutableDictionary<string, string>.Builder builder = metadata.ToBuilder();
            foreach (Messages.Label label in message.Metadata)
            {
                builder[label.Key] = label.Value;
            }

            metadata = builder.ToImmutable();
        }

        return new Instance(message.Ip, (int)message.Port)
        {
            Weight = message.HasWeight ? message.Weight : 1,
            Healthy = !message.HasHealthy || message.Healthy,
            Enabled = !message.HasEnabled || message.Enabled,
            Cluster = message.Cluster.Length == 0 ? Instance.DefaultCluster : message.Cluster,
            Metadata = metadata,
            InstanceId = message.InstanceId.Length == 0 ? null : message.InstanceId,
            IsOverridden = message.Overridden,
        };
    }

    public static ImmutableArray<Instance> ToInstances(this IReadOnlyList<Messages.Instance> messages)
    {
        ImmutableArray<Instance>.Builder instances = ImmutableArray.CreateBuilder<Instance>(messages.Count);
        foreach (Messages.Instance message in messages)
        {
            instances.Add(message.ToInstance());
        }

        return instances.MoveToImmutable();
    }
}
