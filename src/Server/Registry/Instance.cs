using System.Collections.Immutable;
using Google.Protobuf;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Registry;

/// <summary>An instance as it was registered. Immutable, shared by every snapshot it is in.</summary>
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

    /// <summary>The instance as protobuf; encoded when first listed, then shared.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded ??= Encode();

    public bool Equals(Instance? other) => other is not null
        && Identity == other.Identity
        && Weight.Equals(other.Weight)
        && Healthy == other.Healthy
        && Enabled == other.Enabled
        && Metadata.AsSpan().SequenceEqual(other.Metadata.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Instance);

    public override int GetHashCode() => Identity.GetHashCode();

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

        return message.ToByteArray();
    }
}
