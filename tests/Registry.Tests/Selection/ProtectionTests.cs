using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using Instance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Registry.Tests.Selection;

/// <summary>The protection threshold: when too few are healthy, all are listed, and as healthy.</summary>
public sealed class ProtectionTests
{
    [Theory]
    [InlineData(10, 5, 0.5, true)]
    [InlineData(10, 6, 0.5, false)]
    [InlineData(10, 4, 0.5, true)]
    [InlineData(3, 1, 0.34, true)]
    [InlineData(3, 1, 0.33, false)]
    [InlineData(4, 0, 0, true)]
    [InlineData(4, 1, 0, false)]
    [InlineData(4, 0, -1, true)]
    [InlineData(4, 1, -1, false)]
    [InlineData(4, 4, 1, true)]
    [InlineData(4, 4, 7, true)]
    [InlineData(4, 4, 0.99, false)]
    [InlineData(0, 0, 0.5, false)]
    [InlineData(0, 0, 1, false)]
    public void It_is_reached_when_the_healthy_share_is_at_or_below_the_threshold(int instances, int healthy, double threshold, bool reached)
    {
        Instance[] list = [.. Enumerable.Range(1, instances).Select(port => Make.Instance(port, healthy: port <= healthy))];
        foreach (bool healthyOnly in new[] { false, true })
        {
            InstanceSelection selection = InstanceSelection.Of(list, threshold, selector: null, InstanceFilter.Create([], healthyOnly), AddressLabels.None);
            Assert.Equal(reached, selection.ProtectionReached);

            // W31 mended: whoever wants healthy ones only gets all of a protected list.
            Assert.Equal(reached || !healthyOnly ? instances : healthy, list.Count(selection.Shows));
            Assert.Equal(reached ? instances : healthy, list.Where(selection.Shows).Count(instance => selection.Seen(instance).Healthy));
        }
    }

    [Fact]
    public void A_service_without_metadata_has_no_rule() =>
        Assert.Equal("1 2", SelectionTests.Seen([Make.Instance(1, healthy: false), Make.Instance(2, healthy: false)], null, InstanceFilter.All));

    [Fact]
    public void Clusters_are_counted_on_their_own()
    {
        Instance[] list =
        [
            Make.Instance(1), Make.Instance(2), Make.Instance(3),
            Make.Instance(4, cluster: "east", healthy: false), Make.Instance(5, cluster: "east"),
        ];
        Assert.Equal("1 2 3 4 5", SelectionTests.Seen(list, Threshold(0.5), InstanceFilter.All));
        Assert.Equal("protected: 4 5", SelectionTests.Seen(list, Threshold(0.5), InstanceFilter.Create(["east"], healthyOnly: true)));
        Assert.Equal("1 2 3", SelectionTests.Seen(list, Threshold(0.5), InstanceFilter.Create(["DEFAULT"], healthyOnly: true)));
        Assert.Equal("", SelectionTests.Seen(list, Threshold(0.5), InstanceFilter.Create(["west"], healthyOnly: true)));
    }

    [Fact]
    public void Disabled_instances_neither_count_nor_come_back()
    {
        Instance[] list = [Make.Instance(1, enabled: false), Make.Instance(2, enabled: false), Make.Instance(3, healthy: false), Make.Instance(4)];
        Assert.Equal("3 4", SelectionTests.Seen(list, Threshold(0.4), InstanceFilter.All));
        Assert.Equal("protected: 3 4", SelectionTests.Seen(list, Threshold(0.5), InstanceFilter.All));
    }

    private static ServiceMetadata Threshold(double threshold) => new() { ProtectThreshold = threshold };
}
