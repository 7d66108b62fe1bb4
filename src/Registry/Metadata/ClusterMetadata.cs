using System.Collections.Immutable;

namespace FastRegistry.Registry.Metadata;

/// <summary>What is set for a cluster of a service. Defaults are those of Nacos; a cluster that was never set has them.</summary>
internal sealed record ClusterMetadata
{
    public static ClusterMetadata Default { get; } = new();

    public HealthChecker HealthChecker { get; init; } = HealthChecker.Tcp;

    /// <summary>Port that is checked when the instance's own is not. Default 80.</summary>
    public int CheckPort { get; init; } = 80;

    /// <summary>The instance's own port is checked. Default true.</summary>
    public bool UseInstancePort { get; init; } = true;

    public ImmutableSortedDictionary<string, string> ExtendData { get; init; } = ServiceMetadata.NoData;
}
