using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Registry.Tests.Selection;

/// <summary>What a reader's filter lets through, before protection: clusters, enabled, health.</summary>
public sealed class SelectionTests
{
    private static readonly Instance[] Mixed =
    [
        Make.Instance(1),
        Make.Instance(2, healthy: false),
        Make.Instance(3, enabled: false),
        Make.Instance(4, cluster: "east"),
        Make.Instance(5, cluster: "east", healthy: false),
        Make.Instance(6, weight: 0),
    ];

    [Theory]
    [InlineData("", false, "1 2 4 5 6")]
    [InlineData("", true, "1 4 6")]
    [InlineData("DEFAULT", false, "1 2 6")]
    [InlineData("east", false, "4 5")]
    [InlineData("east", true, "4")]
    [InlineData("DEFAULT,east", false, "1 2 4 5 6")]
    [InlineData("west", false, "")]
    [InlineData("EAST", false, "")]
    public void Clusters_and_health_narrow_the_list_and_a_disabled_instance_is_never_in_it(string clusters, bool healthyOnly, string expected) =>
        Assert.Equal(expected, Seen(Mixed, null, InstanceFilter.Create(clusters.Split(','), healthyOnly)));

    [Fact]
    public void A_weight_of_zero_is_listed_and_left_to_clients() =>
        Assert.Equal("6", Seen([Make.Instance(6, weight: 0)], null, InstanceFilter.All));

    [Fact]
    public void The_same_clusters_in_any_order_and_number_are_the_same_filter()
    {
        InstanceFilter one = InstanceFilter.Create(["b", "a", "", "b"], healthyOnly: true);
        InstanceFilter other = InstanceFilter.Create(["a", "b"], healthyOnly: true);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, InstanceFilter.Create(["a", "b"], healthyOnly: false));
        Assert.NotEqual(one, one.For(["x"]));
        Assert.Same(InstanceFilter.All, InstanceFilter.Create([""], healthyOnly: false));
    }

    internal static string Seen(Instance[] instances, ServiceMetadata? metadata, InstanceFilter filter, AddressLabels? labels = null)
    {
        InstanceSelection selection = InstanceSelection.Of(instances, metadata?.ProtectThreshold, metadata?.Selector, filter, labels ?? AddressLabels.None);
        string marks = selection.ProtectionReached ? "protected: " : "";
        return marks + string.Join(' ', instances.Where(selection.Shows).Select(instance => instance.Identity.Port));
    }
}
