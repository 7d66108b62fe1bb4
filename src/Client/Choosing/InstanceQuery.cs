using System.Collections.Immutable;

namespace FastRegistry.Client;

/// <summary>Which instances of a service are wanted, and from where.</summary>
public sealed record InstanceQuery
{
    internal static InstanceQuery Default { get; } = new();

    /// <summary>Clusters to take from; empty, the default, = all. At most 32.</summary>
    public ImmutableArray<string> Clusters { get; init; } = [];

    /// <summary>Null, the default, = all; true = only healthy and enabled ones; false = only unhealthy ones.</summary>
    public bool? Healthy { get; init; }

    /// <summary>
    /// True, the default: the first call for a service subscribes to it for the life of the client, and every later call answers from memory, also
    /// while no server can be reached. False: every call asks the server. Leave it on unless a service is asked for once only.
    /// </summary>
    public bool Subscribe { get; init; } = true;

    internal bool Shows(Instance instance) =>
        (Clusters.IsDefaultOrEmpty || Clusters.Contains(instance.Cluster))
        && Healthy switch
        {
            null => true,
            true => instance.Healthy && instance.Enabled,
            false => !instance.Healthy,
        };
}
