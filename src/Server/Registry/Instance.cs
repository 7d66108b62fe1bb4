using System.Collections.Immutable;
using Google.Protobuf;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Registry;

/// <summary>An instance as it was registered, or as an operator's override shows it. Immutable, shared by every snapshot it is in.</summary>
internal sealed class Instance : IEquatable<Instance>
{
    /// <summary>Cluster used when none is given, as in Nacos.</summary>
    public const string DefaultCluster = "DEFAULT";

    private byte[]? _encoded;

    public required InstanceIdentity Identity { get; init; }

    /// <summary>0 … 10,000; 0 = listed but not chosen.</summary>
    public double Weight { get; init; } = 1;

    public bool Healthy { get; init; } = true;

    /// <summary>False: registered but never listed.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Unique keys, in the order they were given.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Null = the simple one, which follows from the identity and the service: <see cref="IdIn"/>.</summary>
    public string? InstanceId { get; init; }

    /// <summary>An operator's override decides weight, enabled or some of the metadata.</summary>
    public bool IsOverridden { get; init; }

    /// <summary>The instance as protobuf; encoded when first listed, then shared.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded ??= Encode();

    /// <summary>The id that readers see: <c>ip#port#cluster#group@@name</c> unless it has one of its own.</summary>
    public string IdIn(ServiceKey service) => InstanceId ?? $"{Identity.Ip}#{Identity.Port}#{Identity.Cluster}#{service.GroupedName}";

    /// <summary>The value of a metadata key; null = not there.</summary>
    public string? FindMetadata(string key)
    {
        foreach ((string own, string value) in Metadata.AsSpan())
        {
            if (own == key)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The same with another id.</summary>
    public Instance WithId(string instanceId) => Copy(Weight, Healthy, Enabled, Metadata, instanceId, IsOverridden);

    /// <summary>The same, healthy: as a list shows it that is protected.</summary>
    public Instance AsHealthy() => Copy(Weight, healthy: true, Enabled, Metadata, InstanceId, IsOverridden);

    /// <summary>The same with another health.</summary>
    public Instance WithHealth(bool healthy) => healthy == Healthy ? this : Copy(Weight, healthy, Enabled, Metadata, InstanceId, IsOverridden);

    /// <summary>The same as an override shows it.</summary>
    public Instance Overridden(double weight, bool enabled, ImmutableArray<KeyValuePair<string, string>> metadata) =>
        Copy(weight, Healthy, enabled, metadata, InstanceId, isOverridden: true);

    public bool Equals(Instance? other) => ReferenceEquals(this, other)
        || (other is not null
            && Identity == other.Identity
            && Weight.Equals(other.Weight)
            && Healthy == other.Healthy
            && Enabled == other.Enabled
            && IsOverridden == other.IsOverridden
            && InstanceId == other.InstanceId
            && HasMetadata(other.Metadata));

    public override bool Equals(object? obj) => Equals(obj as Instance);

    public override int GetHashCode() => Identity.GetHashCode();

    /// <summary>Pair by pair: the default comparison would box every pair.</summary>
    private bool HasMetadata(ImmutableArray<KeyValuePair<string, string>> other)
    {
        if (Metadata.Length != other.Length)
        {
            return false;
        }

        for (int i = 0; i < other.Length; i++)
        {
            if (Metadata[i].Key != other[i].Key || Metadata[i].Value != other[i].Value)
            {
                return false;
            }
        }

        return true;
    }

    private Instance Copy(
        double weight, bool healthy, bool enabled, ImmutableArray<KeyValuePair<string, string>> metadata, string? instanceId, bool isOverridden) => new()
        {
            Identity = Identity,
            Weight = weight,
            Healthy = healthy,
            Enabled = enabled,
            Metadata = metadata,
            InstanceId = instanceId,
            IsOverridden = isOverridden,
        };

    private byte[] Encode()
    {
        Messages.Instance message = new() { Ip = Identity.Ip, Port = (uint)Identity.Port };

        // Defaults are left out; they are what the receiver assumes.
        if (Weight != 1)
        {
            message.Weight = Weight;
        }

        if (!Healthy)
        {
            message.Healthy = false;
        }

        if (!Enabled)
        {
            message.Enabled = false;
        }

        if (Identity.Cluster != DefaultCluster)
        {
            message.Cluster = Identity.Cluster;
        }

        foreach ((string key, string value) in Metadata)
        {
            message.Metadata.Add(new Messages.Label { Key = key, Value = value });
        }

        message.InstanceId = InstanceId ?? "";
        message.Overridden = IsOverridden;
        return message.ToByteArray();
    }
}
