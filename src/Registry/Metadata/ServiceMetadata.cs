using System.Collections.Immutable;

namespace FastRegistry.Registry.Metadata;

/// <summary>What is set for a service by hand. Immutable; a service that only came into being by registrations has none.</summary>
/// <remarks>Having metadata is what switches the protection threshold on, even when the threshold is 0, as in Nacos (internals §5.6).</remarks>
internal sealed record ServiceMetadata
{
    public static ImmutableSortedDictionary<string, string> NoData { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>When the share of healthy instances is not above this, all are listed as healthy. Default 0 (Nacos): only when none is healthy. Below 0 is
    /// 0; from 1 on it always holds.</summary>
    public double ProtectThreshold { get; init; }

    /// <summary>Which instances a consumer sees. Default null: all (selector <c>none</c>).</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>Whatever its owners want to know. Default empty.</summary>
    public ImmutableSortedDictionary<string, string> ExtendData { get; init; } = NoData;

    /// <summary>Clusters for which something was set. Default none.</summary>
    public ImmutableSortedDictionary<string, ClusterMetadata> Clusters { get; init; } =
        ImmutableSortedDictionary.Create<string, ClusterMetadata>(StringComparer.Ordinal);

    /// <summary>What holds for a cluster.</summary>
    public ClusterMetadata ClusterOf(string name) => Clusters.GetValueOrDefault(name, ClusterMetadata.Default);
}
