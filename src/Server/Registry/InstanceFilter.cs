namespace FastRegistry.Server.Registry;

/// <summary>What a reader wants to see of a service. Immutable; two filters that ask for the same are equal and share encoded lists.</summary>
internal sealed class InstanceFilter : IEquatable<InstanceFilter>
{
    private readonly string[] _clusters;

    private InstanceFilter(string[] sortedClusters, bool healthyOnly)
    {
        _clusters = sortedClusters;
        HealthyOnly = healthyOnly;
    }

    /// <summary>Every enabled instance.</summary>
    public static InstanceFilter All { get; } = new([], healthyOnly: false);

    public bool HealthyOnly { get; }

    /// <summary>Makes a filter; no clusters = all clusters.</summary>
    public static InstanceFilter Create(IEnumerable<string> clusters, bool healthyOnly)
    {
        string[] sorted = [.. clusters.Where(static cluster => cluster.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        return sorted.Length == 0 && !healthyOnly ? All : new InstanceFilter(sorted, healthyOnly);
    }

    /// <summary>Disabled instances are never seen, whatever the filter.</summary>
    public bool Accepts(Instance instance) => instance.Enabled
        && (!HealthyOnly || instance.Healthy)
        && MayShow(instance.Identity);

    /// <summary>False when nothing under this identity is ever seen.</summary>
    public bool MayShow(InstanceIdentity identity) =>
        _clusters.Length == 0 || Array.BinarySearch(_clusters, identity.Cluster, StringComparer.Ordinal) >= 0;

    public bool Equals(InstanceFilter? other) =>
        other is not null && HealthyOnly == other.HealthyOnly && _clusters.AsSpan().SequenceEqual(other._clusters);

    public override bool Equals(object? obj) => Equals(obj as InstanceFilter);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(HealthyOnly);
        foreach (string cluster in _clusters)
        {
            hash.Add(cluster, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
