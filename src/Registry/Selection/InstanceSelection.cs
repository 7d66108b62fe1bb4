using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;

namespace FastRegistry.Registry.Selection;

/// <summary>What a filter shows of a list: clusters, enabled, selector, protection, health, in this order.</summary>
/// <remarks>
/// <para>Immutable. The rule is that of Nacos (internals §5.6) with W31 mended: whether the protection threshold is reached is decided over all enabled instances
/// of the clusters asked for, before unhealthy ones are left out. So a reader that wants healthy ones only gets all of a protected list.</para>
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
    public static InstanceSelection Of(ReadOnlySpan<Instance> instances, ServiceMetadata? metadata, InstanceFilter filter, AddressLabels labels)
    {
        if (metadata is null)
        {
            return ReferenceEquals(filter, InstanceFilter.All) ? All : new InstanceSelection(filter, null, labels, protectionReached: false);
        }

        LabelSelector? selector = filter.LabelValues.IsEmpty ? null : metadata.Selector;
        (int kept, int healthy) = Count(instances, filter, selector, labels);
        if (selector is not null && kept == 0)
        {
            // A selector prefers; it never empties a list.
            selector = null;
            (kept, healthy) = Count(instances, filter, null, labels);
        }

        bool reached = kept > 0 && (double)healthy / kept <= Math.Max(0, metadata.ProtectThreshold);
        return new InstanceSelection(filter, selector, labels, reached);
    }

    /// <summary>Whether an instance is shown.</summary>
    public bool Shows(Instance instance) => MayShow(instance) && (instance.Healthy || !_filter.HealthyOnly || ProtectionReached);

    /// <summary>How a shown instance looks.</summary>
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
