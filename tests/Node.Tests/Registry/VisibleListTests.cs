using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

public sealed class VisibleListTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly ServiceRegistry _registry;
    private readonly RegistryClient _a = Make.Client("a");
    private readonly RegistryClient _b = Make.Client("b");
    private readonly RegistryClient _c = Make.Client("c");

    public VisibleListTests() => _registry = _node.Registry;

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("P-4")]
    public void The_newest_registration_of_an_identity_is_listed_and_the_others_wait()
    {
        _registry.Register(_a, "s", Make.Instance(1, weight: 1));
        _registry.Register(_b, "s", Make.Instance(1, weight: 2));
        _registry.Register(_c, "s", Make.Instance(1, weight: 3));

        Assert.Equal(["1=3"], _registry.Listed());
        Assert.Equal(3, _registry.PublicationCount);
        Assert.Equal(1, _registry.Find()!.InstanceCount);
    }

    [Fact]
    public void Removing_a_waiting_publication_changes_nothing()
    {
        _registry.Register(_a, "s", Make.Instance(1, weight: 1));
        _registry.Register(_b, "s", Make.Instance(1, weight: 2));
        long revision = _registry.Register(_c, "s", Make.Instance(1, weight: 3)).Revision;

        Assert.Equal(new RegistrationResult(revision, 1), _registry.Deregister(_b, "s", Make.Instance(1)));
        _registry.Release(_a);
        Assert.Equal(["1=3"], _registry.Listed());
        Assert.Equal(revision, _registry.Find()!.Revision);
    }

    [Fact]
    [ProtocolRule("P-4")]
    public void Removing_the_listed_one_lists_the_newest_that_waits()
    {
        _registry.Register(_a, "s", Make.Instance(1, weight: 1));
        _registry.Register(_b, "s", Make.Instance(1, weight: 2));
        long revision = _registry.Register(_c, "s", Make.Instance(1, weight: 3)).Revision;
        _registry.Release(_c);

        Assert.Equal(["1=2"], _registry.Listed());
        Assert.True(_registry.Find()!.Revision > revision);
        _registry.Deregister(_b, "s", Make.Instance(1));
        Assert.Equal(["1=1"], _registry.Listed());
        _registry.Deregister(_a, "s", Make.Instance(1));
        Assert.Empty(_registry.Listed());
    }

    [Fact]
    public void An_equal_publication_of_another_client_is_invisible_coming_and_going()
    {
        long revision = _registry.Register(_a, "s", Make.Instance(1)).Revision;
        _registry.Register(_b, "s", Make.Instance(1));
        _registry.Release(_a);
        _registry.Register(_c, "s", Make.Instance(1));
        _registry.Release(_c);

        Assert.Equal(revision, _registry.Find()!.Revision);
        Assert.Equal(["1=1"], _registry.Listed());
    }

    [Fact]
    public void A_waiting_client_that_changes_its_instance_is_the_newest_again()
    {
        _registry.Register(_a, "s", Make.Instance(1, weight: 1));
        _registry.Register(_b, "s", Make.Instance(1, weight: 2));
        _registry.Register(_a, "s", Make.Instance(1, weight: 3));
        Assert.Equal(["1=3"], _registry.Listed());
        _registry.Register(_b, "s", Make.Instance(1, weight: 2));

        // Naming it again unchanged is no new registration.
        Assert.Equal(["1=3"], _registry.Listed());
        _registry.Release(_a);
        Assert.Equal(["1=2"], _registry.Listed());
    }

    [Fact]
    public void Cluster_ip_and_port_make_the_identity()
    {
        _registry.Register(
            _a, "s", Make.Instance(1), Make.Instance(1, cluster: "east"), Make.Instance(1, ip: "10.0.0.2"), Make.Instance(2));

        Assert.Equal(4, _registry.Listed().Length);
    }

    [Fact]
    public void A_released_client_never_publishes_again()
    {
        _registry.Register(_a, "s", Make.Instance(1));
        _registry.Register(_a, "t", Make.Instance(1), Make.Instance(2));
        _registry.Release(_a);
        RegistrationResult late = _registry.Register(_a, "s", Make.Instance(1));

        Assert.Equal(RequestError.SessionClosed, late.Error);
        Assert.Equal(0, _registry.PublicationCount);
        Assert.Empty(_registry.Listed());
        Assert.Empty(_registry.Listed("t"));
        Assert.Equal(EmptyCause.Lost, _registry.Find()!.EmptyCause);
    }

    [Fact]
    public void A_snapshot_is_built_once_per_revision_and_shared()
    {
        _registry.Register(_a, "s", Make.Instance(1));
        ServiceEntry entry = _registry.Find()!;
        Assert.False(entry.IsSnapshotCurrent);
        ServiceSnapshot first = entry.GetSnapshot();
        Assert.True(entry.IsSnapshotCurrent);
        Assert.Same(first, entry.GetSnapshot());
        Assert.Same(first.Encode(InstanceFilter.All), first.Encode(InstanceFilter.All));
        InstanceFilter east = InstanceFilter.Create(["east"], healthyOnly: false);
        Assert.Same(first.Encode(east), first.Encode(InstanceFilter.Create(["east", "", "east"], healthyOnly: false)));
        _registry.Register(_a, "s", Make.Instance(2));

        Assert.False(entry.IsSnapshotCurrent);
        Assert.Equal(1, first.Instances.Length);
    }

    [Fact]
    public void At_most_8_filters_keep_their_encoded_list()
    {
        _registry.Register(_a, "s", Make.Instance(1, cluster: "c1"), Make.Instance(2, cluster: "c9"));
        ServiceSnapshot snapshot = _registry.Find()!.GetSnapshot();
        InstanceFilter[] filters = [.. Enumerable.Range(1, 9).Select(static i => InstanceFilter.Create([$"c{i}"], healthyOnly: false))];
        byte[][] first = [.. filters.Select(snapshot.Encode)];
        byte[][] second = [.. filters.Select(snapshot.Encode)];

        for (int i = 0; i < 8; i++)
        {
            Assert.Same(first[i], second[i]);
        }

        Assert.NotSame(first[8], second[8]);
        Assert.Equal(first[8], second[8]);
    }

    [Fact]
    [ProtocolRule("L-4")]
    public void Filters_select_clusters_and_health_and_disabled_instances_are_never_seen()
    {
        _registry.Register(
            _a,
            "s",
            Make.Instance(1, cluster: "east"),
            Make.Instance(2, cluster: "west"),
            Make.Instance(3, cluster: "east", healthy: false),
            Make.Instance(4, cluster: "east", enabled: false),
            Make.Instance(5, weight: 0));
        RawClient client = _node.Connect();

        Assert.Equal([1, 2, 3, 5], client.Query("s").Ports());
        Assert.Equal([1, 2, 5], client.Query("s", healthyOnly: true).Ports());
        Assert.Equal([1, 3], client.Query("s", false, "east").Ports());
        Assert.Equal([1, 2], client.Query("s", true, "west", "east").Ports());
        Assert.Empty(client.Query("s", false, "north").Instances);
        Assert.Equal(Wire.Messages.EmptyReason.NotEmpty, client.Query("s", false, "north").EmptyReason);
    }
}
