using System.Collections.Immutable;

namespace FastRegistry.Client;

/// <summary>One running copy of a service, as registered and as listed. Immutable; equal when every property is equal, metadata by content.</summary>
/// <param name="Ip">Where it is reached: an address or a host name.</param>
/// <param name="Port">Its port, 0 to 65535.</param>
public sealed record Instance(string Ip, int Port)
{
    /// <summary>Cluster of an instance that names none.</summary>
    public const string DefaultCluster = "DEFAULT";

    /// <summary>Share of the traffic relative to the others. Default 1; 0 gets none; at most 10,000.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Whether it is well. Default true.</summary>
    public bool Healthy { get; init; } = true;

    /// <summary>Whether it takes traffic at all. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The part of the service it belongs to. Default <see cref="DefaultCluster"/>. Identity in a list is cluster, ip and port.</summary>
    public string Cluster { get; init; } = DefaultCluster;

    /// <summary>Whatever its readers want to know. Default empty.</summary>
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>An id of its own; null = the simple one, <c>ip#port#cluster#group@@name</c>. The server makes one when <see cref="Metadata"/> asks for it by
    /// <c>preserved.instance.id.generator</c> = <c>snowflake</c>. At most 1,024 characters without white space.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Only in lists: an operator decides weight, enabled or some of the metadata. Default false; without effect when registered.</summary>
    public bool IsOverridden { get; init; }

    internal InstanceIdentity Identity => new(Cluster, Ip, Port);

    /// <inheritdoc/>
    public bool Equals(Instance? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && Port == other.Port
            && Weight.Equals(other.Weight)
            && Healthy == other.Healthy
            && Enabled == other.Enabled
            && Ip == other.Ip
            && Cluster == other.Cluster
            && InstanceId == other.InstanceId
            && IsOverridden == other.IsOverridden
            && SameMetadata(Metadata, other.Metadata));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Ip, Port, Cluster, Weight, Healthy, Enabled, Metadata.Count);

    private static bool SameMetadata(ImmutableDictionary<string, string> left, ImmutableDictionary<string, string> right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Count != right.Count)
        {
            return false;
        }

        foreach ((string key, string value) in left)
        {
            if (!right.TryGetValue(key, out string? other) || other != value)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>What makes two instances of one service the same one.</summary>
internal readonly record struct InstanceIdentity(string Cluster, string Ip, int Port);
