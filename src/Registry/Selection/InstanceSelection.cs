using System.Collections.Frozen;
using System.Collections.Immutable;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Selection;

/// <summary>Decides which instances of a list a filter shows: by cluster, enabled, selector, protection and health, in this order.</summary>
/// <remarks>
/// <para>Immutable. The rule is that of Nacos (internals §5.6) with W31 mended: whether the protection threshold is reached is decided over all enabled
/// instances of the clusters asked for, before unhealthy ones are left out. So a reader that wants healthy ones only gets all of a protected list.</para>
/// <para>Nothing is copied in the usual case, where a predicate is enough.</para>
/// </remarks>
internal sealed class InstanceSelection
{
    private readonly InstanceFilter _filter;
    private readonly LabelSelector? _selector;
    private readonly AddressLabels _labels;

    private InstanceSelection(InstanceFilter filter, LabelSelector? selector, AddressLabels labels, bool protectionReached)
    {
        _filter = filter;
        _selector = selector;
        _labels = labels;
        ProtectionReached = protectionReached;
    }

    /// <summary>Every enabled instance, as it is.</summary>
    public static InstanceSelection All { get; } = new(InstanceFilter.All, null, AddressLabels.None, protectionReached: false);

    /// <summary>Too few are healthy: all are shown, as healthy.</summary>
    public bool ProtectionReached { get; }

    /// <summary>Decides what is shown. Without metadata in O(1), else in one or two passes over the list.</summary>
    /// <param name="instances">The list.</param>
    /// <param name="protectThreshold">That of the service; null = it has no metadata, and then nothing is ever protected or selected.</param>
    /// <param name="selector">That of the service; null = none.</param>
    /// <param name="filter">The reader's.</param>
    /// <param name="labels">For the selector.</param>
    public static InstanceSelection Of(
        ReadOnlySpan<Instance> instances, double? protectThreshold, LabelSelector? selector, InstanceFilter filter, AddressLabels labels)
    {
        if (protectThreshold is not { } threshold)
        {
            return ReferenceEquals(filter, InstanceFilter.All) ? All : new InstanceSelection(filter, null, labels, protectionReached: false);
        }

        selector = filter.LabelValues.IsEmpty ? null : selector;
        (int kept, int healthy) = Count(instances, filter, selector, labels);
        if (selector is not null && kept == 0)
        {
            // A selector prefers; it never empties a list.
            selector = null;
            (kept, healthy) = Count(instances, filter, null, labels);
        }

        bool reached = kept > 0 && (double)healthy / kept <= Math.Max(0, threshold);
        return new InstanceSelection(filter, selector, labels, reached);
    }

    /// <summary>True when an instance is shown.</summary>
    public bool Shows(Instance instance) => MayShow(instance) && (instance.Healthy || !_filter.HealthyOnly || ProtectionReached);

    /// <summary>Returns a shown instance as readers see it.</summary>
    public Instance Seen(Instance instance) => ProtectionReached && !instance.Healthy ? instance.AsHealthy() : instance;

    private static (int Kept, int Healthy) Count(ReadOnlySpan<Instance> instances, InstanceFilter filter, LabelSelector? selector, AddressLabels labels)
    {
        (int Kept, int Healthy) count = (0, 0);
        foreach (Instance instance in instances)
        {
            if (filter.MayShow(instance) && (selector is null || selector.Matches(filter.LabelValues, instance.Identity.Ip, labels)))
            {
                count.Kept++;
                count.Healthy += instance.Healthy ? 1 : 0;
            }
        }

        return count;
    }

    private bool MayShow(Instance instance) =>
        _filter.MayShow(instance) && (_selector is null || _selector.Matches(_filter.LabelValues, instance.Identity.Ip, _labels));
}

/// <summary>A reader's choice among the instances of a service. Immutable; two filters that ask for the same are equal and share encoded lists.</summary>
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

/// <summary>Records which filters saw a list of a service with metadata protected and which did not, so that a later delta knows what its receiver
/// has.</summary>
/// <remarks>Copy on write; any thread. Bounded: filters beyond <see cref="MaximumFilters"/> are not remembered, and whoever has one gets every unhealthy
/// instance named in its delta.</remarks>
internal sealed class ProtectionLog
{
    private const int MaximumFilters = 8;

    private (InstanceFilter Filter, bool Reached)[] _seen = [];

    public void Note(InstanceFilter filter, bool reached)
    {
        (InstanceFilter Filter, bool Reached)[] seen = Volatile.Read(ref _seen);
        if (Find(filter) is null && seen.Length < MaximumFilters)
        {
            // A lost race forgets one filter, which costs bytes, never a wrong list.
            Volatile.Write(ref _seen, [.. seen, (filter, reached)]);
        }
    }

    /// <summary>Null when it is not known.</summary>
    public bool? Find(InstanceFilter filter)
    {
        foreach ((InstanceFilter seen, bool reached) in Volatile.Read(ref _seen))
        {
            if (seen.Equals(filter))
            {
                return reached;
            }
        }

        return null;
    }
}

/// <summary>Labels by address, for selectors of type <c>label</c>. Immutable; replaced as a whole.</summary>
/// <remarks>They take the place of a CMDB plugin of Nacos. Without labels a selector changes nothing.</remarks>
internal sealed class AddressLabels(IEnumerable<KeyValuePair<string, ImmutableDictionary<string, string>>> labels)
{
    private readonly FrozenDictionary<string, ImmutableDictionary<string, string>> _labels = labels.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>No address has labels.</summary>
    public static AddressLabels None { get; } = new([]);

    public int Count => _labels.Count;

    /// <summary>Null when nothing is known of the address.</summary>
    public ImmutableDictionary<string, string>? Of(string address) => _labels.GetValueOrDefault(address);
}
