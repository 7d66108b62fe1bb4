using System.Collections.Immutable;

namespace FastRegistry.Client;

/// <summary>Which instances a subscriber sees. Applied in the client, so subscribers of one service never disturb each other.</summary>
public sealed record InstanceSelector
{
    /// <summary>Clusters to show; empty, the default, = all.</summary>
    public ImmutableArray<string> Clusters { get; init; } = [];

    /// <summary>Only healthy and enabled ones. Default false.</summary>
    public bool HealthyOnly { get; init; }

    /// <summary>Any further condition; null, the default, = none. Called on the subscriber's own task; when it throws, that change is logged and left out.</summary>
    public Func<Instance, bool>? Predicate { get; init; }

    internal bool Shows(Instance instance) =>
        (Clusters.IsDefaultOrEmpty || Clusters.Contains(instance.Cluster))
        && (!HealthyOnly || (instance.Healthy && instance.Enabled))
        && (Predicate is null || Predicate(instance));
}
