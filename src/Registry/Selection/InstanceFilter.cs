using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Selection;

/// <summary>What a reader asks to see of a service. Immutable; two filters that ask for the same are equal and share encoded lists.</summary>
internal sealed class InstanceFilter : IEquatable<InstanceFilter>
{
    private readonly string[] _clusters;
    private readonly string[] _labelValues;

    private InstanceFilter(string[] sortedClusters, bool healthyOnly, string[] labelValues)
    {
        _clusters = sortedClusters;
        _labelValues = labelValues;
        HealthyOnly = healthyOnly;
    }

    /// <summary>Every enabled instance.</summary>
    public static InstanceFilter All { get; } = new([], healthyOnly: false, []);

    public bool HealthyOnly { get; }

    /// <summary>The clusters asked for, with commas; empty = all.</summary>
    public string ClustersText => string.Join(',', _clusters);

    /// <summary>Values of the selector's labels that an instance must have; empty = any.</summary>
    public ReadOnlySpan<string> LabelValues => _labelValues;

    /// <summary>Makes a filter; no clusters = all clusters.</summary>
    public static InstanceFilter Create(IEnumerable<string> clusters, bool healthyOnly)
    {
        string[] sorted = [.. clusters.Where(static cluster => cluster.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        return sorted.Length == 0 && !healthyOnly ? All : new InstanceFilter(sorted, healthyOnly, []);
    }

    /// <summary>The same, for a consumer with these values of a selector's labels.</summary>
    public InstanceFilter For(string[] labelValues) => new(_clusters, HealthyOnly, labelValues);

    /// <summary>In a cluster that is asked for and enabled. A disabled instance is never seen, whatever the filter.</summary>
    public bool MayShow(Instance instance) => instance.Enabled && MayShow(instance.Identity);

    /// <summary>False when nothing under this identity is ever seen.</summary>
    public bool MayShow(InstanceIdentity identity) =>
        _clusters.Length == 0 || Array.BinarySearch(_clusters, identity.Cluster, StringComparer.Ordinal) >= 0;

    public bool Equals(InstanceFilter? other) =>
        other is not null
        && HealthyOnly == other.HealthyOnly
        && _clusters.AsSpan().SequenceEqual(other._clusters)
        && _labelValues.AsSpan().SequenceEqual(other._labelValues);

    public override bool Equals(object? obj) => Equals(obj as InstanceFilter);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(HealthyOnly);
        foreach (string cluster in _clusters)
        {
            hash.Add(cluster, StringComparer.Ordinal);
        }

        foreach (string value in _labelValues)
        {
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
