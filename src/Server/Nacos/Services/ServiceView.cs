using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Messages;
using Instance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Server.Nacos.Services;

/// <summary>What calls for services say of one: its kind, what is set for it, and its list at one moment.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Kind">Fixed by its first use.</param>
/// <param name="Metadata">What is set, or the defaults.</param>
/// <param name="Snapshot">Its list.</param>
internal sealed record ServiceView(ServiceKey Key, ServiceKind Kind, ServiceMetadata Metadata, ServiceSnapshot Snapshot)
{
    /// <summary>Null when there is no such service; one that is only subscribed to is none.</summary>
    public static ServiceView? Find(ServiceRegistry registry, ServiceKey key) => registry.TryGet(key, out ServiceEntry? entry) ? Of(entry) : null;

    /// <summary>Null when it is only subscribed to.</summary>
    public static ServiceView? Of(ServiceEntry entry) =>
        entry.Kind is { } kind ? new ServiceView(entry.Key, kind, entry.Metadata ?? new ServiceMetadata(), entry.GetSnapshot()) : null;

    /// <summary>The clusters that have instances, sorted.</summary>
    public IReadOnlyCollection<string> Clusters
    {
        get
        {
            SortedSet<string> clusters = new(StringComparer.Ordinal);
            foreach (Instance instance in Snapshot.Instances)
            {
                clusters.Add(instance.Identity.Cluster);
            }

            return clusters;
        }
    }
}
