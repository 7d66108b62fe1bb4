using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using Instance = FastRegistry.Registry.Instances.Instance;
using Label = FastRegistry.Wire.Messages.Label;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>What an operator shows instead of what was registered, and how long.</summary>
public sealed class OverrideTests : IDisposable
{
    private static readonly InstanceIdentity First = Make.Instance(1).Identity;

    private readonly RecordingObserver _observer = new(static kind => kind is EventKind.InstanceOverrideChanged);
    private readonly NodeFixture _node;
    private readonly ServiceRegistry _registry;
    private readonly RegistryClient _client = Make.Client();

    public OverrideTests()
    {
        _node = new NodeFixture(observers: _observer);
        _registry = _node.Registry;
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Weight_and_enabled_are_replaced_and_metadata_is_put_over_key_by_key()
    {
        RawClient client = _node.Connect();
        client.Register("s", new Wire.Messages.Instance { Ip = "10.0.0.1", Port = 1, Weight = 2, Metadata = { Pair("a", "1"), Pair("b", "2") } });
        Set(weight: 7, metadata: [("b", "over"), ("c", "new")]);

        Wire.Messages.Instance shown = Assert.Single(client.Query("s").Instances);
        Assert.True(shown.Overridden);
        Assert.Equal(7, shown.Weight);
        Assert.Equal(["a=1", "b=over", "c=new"], shown.Metadata.Select(static label => $"{label.Key}={label.Value}"));

        Set(enabled: false);
        Assert.Empty(client.Query("s").Instances);
        Set(enabled: true);
        Assert.Equal(2, Assert.Single(client.Query("s").Instances).Weight);
    }

    [Fact]
    public void Subscribers_hear_of_it_and_of_its_end_and_the_registered_values_come_back()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        client.Subscribe(1, "s");
        Set(weight: 3);
        Assert.True(Assert.Single(client.Read().Pushed.Instances).Overridden);
        Set();

        Wire.Messages.Instance shown = Assert.Single(client.Read().Pushed.Instances);
        Assert.False(shown.Overridden);
        Assert.False(shown.HasWeight);
        Assert.Equal(0, _registry.OverrideCount);
    }

    [Fact]
    public void The_same_override_again_is_no_change()
    {
        _registry.Register(_client, "s", Make.Instance(1));
        Set(weight: 3);
        long revision = _registry.Find()!.Revision;
        Set(weight: 3);
        Assert.Equal(revision, _registry.Find()!.Revision);
        Assert.Equal(1, _registry.OverrideCount);
    }

    [Fact]
    public void A_registration_with_other_values_does_not_end_it_and_one_that_it_hides_is_no_change()
    {
        _registry.Register(_client, "s", Make.Instance(1, weight: 1));
        Set(weight: 9);
        long revision = _registry.Find()!.Revision;
        Assert.Equal(new RegistrationResult(revision, 0), _registry.Register(_client, "s", Make.Instance(1, weight: 2)));
        Assert.Equal(["1=9"], _registry.Listed());
        _registry.Register(_client, "s", Make.Instance(1, weight: 2, healthy: false));
        Assert.False(Shown.Healthy);
        Assert.Equal(9, Shown.Weight);
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(61, false)]
    public void It_outlives_its_instance_by_sixty_seconds_for_the_same_client_instance_id(int seconds, bool holds)
    {
        byte[] id = RawClient.NewInstanceId();
        RawClient client = _node.Connect(id);
        client.Register("s", 1);
        RawClient other = _node.Connect();
        other.Register("s", 2);
        Set(weight: 5);
        client.Close();
        KeepAlive(other, seconds);

        Assert.Equal(holds ? 1 : 0, _registry.OverrideCount);
        _node.Connect(id).Register("s", 1);
        Assert.Equal(holds, Shown.IsOverridden);
    }

    [Fact]
    public void Another_client_instance_id_does_not_inherit_it()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        Set(weight: 5);
        client.Close();
        _node.Connect().Register("s", 1);
        Assert.Equal(["1=1"], _registry.Listed());
        Assert.Empty(_registry.Find()!.CopyOverridesLocked());

        // It counts until its turn in the queue.
        _node.AdvanceSeconds(62);
        Assert.Equal(0, _registry.OverrideCount);
    }

    [Fact]
    public void A_waiting_registration_that_is_listed_instead_ends_it_at_once()
    {
        _registry.Register(Make.Client("b"), "s", Make.Instance(1, weight: 2));
        _registry.Register(_client, "s", Make.Instance(1, weight: 3));
        Set(weight: 5);
        _registry.Release(_client);
        Assert.Equal(["1=2"], _registry.Listed());
        Assert.Equal(0, _registry.OverrideCount);
    }

    [Theory]
    [InlineData("same", true)]
    [InlineData("other", false)]
    public void An_ip_and_port_keeps_it_only_with_unchanged_metadata(string metadata, bool holds)
    {
        RegistryClient first = Make.Client("10.0.0.1:1", ClientKind.IpPort);
        _registry.Register(first, "s", Make.Instance(1, metadata: "same"));
        RegistryClient second = Make.Client("10.0.0.1:1", ClientKind.IpPort);
        Set(weight: 5);
        _registry.DeregisterAll(first, Make.Key());
        _registry.Register(second, "s", Make.Instance(1, weight: 2, metadata: metadata));
        Assert.Equal(holds, Shown.IsOverridden);
    }

    [Fact]
    public void An_instance_that_comes_and_goes_begins_its_time_again_and_expires_exactly_once()
    {
        _registry.Register(Make.Client("stays"), "s", Make.Instance(2));
        _registry.Register(_client, "s", Make.Instance(1));
        Set(weight: 5);
        for (int round = 0; round < 4; round++)
        {
            _registry.Deregister(_client, "s", Make.Instance(1));
            _node.AdvanceSeconds(25);
            _registry.Register(_client, "s", Make.Instance(1));
            Assert.True(Shown.IsOverridden);
            _node.AdvanceSeconds(20);
        }

        _registry.Deregister(_client, "s", Make.Instance(1));
        _node.AdvanceSeconds(59);
        Assert.Equal(1, _registry.OverrideCount);
        long revision = _registry.Find()!.Revision;
        _node.AdvanceSeconds(120);
        Assert.Equal(0, _registry.OverrideCount);
        Assert.Equal(revision, _registry.Find()!.Revision);
    }

    [Fact]
    public void A_pause_of_the_process_does_not_count()
    {
        _registry.Register(Make.Client("stays"), "s", Make.Instance(2));
        _registry.Register(_client, "s", Make.Instance(1));
        Set(weight: 5);
        _registry.Deregister(_client, "s", Make.Instance(1));
        _node.Time.Suspend(TimeSpan.FromMinutes(10));
        _node.Pump();
        Assert.Equal(1, _registry.OverrideCount);
        _node.AdvanceSeconds(58);
        Assert.Equal(1, _registry.OverrideCount);
        _node.AdvanceSeconds(4);
        Assert.Equal(0, _registry.OverrideCount);
    }

    [Fact]
    public void More_than_expire_in_one_call_of_the_wheel_all_expire()
    {
        Instance[] many = [.. Enumerable.Range(1, 2500).Select(static port => Make.Instance(port))];
        _registry.Register(Make.Client("stays"), "s", Make.Instance(1, ip: "10.0.0.2"));
        _registry.Register(_client, "s", many);
        foreach (Instance instance in many)
        {
            Set(instance.Identity, weight: 5);
        }

        _registry.Release(_client);
        _node.AdvanceSeconds(59);
        Assert.Equal(2500, _registry.OverrideCount);
        _node.AdvanceSeconds(2);
        Assert.Equal(0, _registry.OverrideCount);
    }

    [Fact]
    public void They_live_their_own_time_when_their_service_would_go_sooner()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions { WarmUp = TimeSpan.Zero, ExpiredOverride = TimeSpan.FromMinutes(10) });
        node.Registry.Register(_client, "s", Make.Instance(1));
        SetOn(node, First, weight: 5);
        node.Registry.Deregister(_client, "s", Make.Instance(1));
        node.AdvanceSeconds(590);
        node.Registry.Register(_client, "s", Make.Instance(1));
        Assert.Equal(["1=5"], node.Registry.Listed());
        node.Registry.Release(_client);
        node.AdvanceSeconds(610);
        Assert.Equal(0, node.Registry.OverrideCount);
        Assert.Equal(0, node.Registry.ServiceCount);
    }

    [Fact]
    public void There_are_no_more_than_the_node_may_hold_and_those_on_their_way_out_count()
    {
        using NodeFixture node = new(limits: new LimitOptions { Overrides = 2 });
        node.Registry.Register(_client, "s", Make.Instance(1), Make.Instance(2), Make.Instance(3));
        Assert.Equal(AdministrationOutcome.Done, SetOn(node, Make.Instance(1).Identity, weight: 5));
        Assert.Equal(AdministrationOutcome.Done, SetOn(node, Make.Instance(2).Identity, weight: 5));
        long revision = node.Registry.Find()!.Revision;
        Assert.Equal(AdministrationOutcome.LimitReached, SetOn(node, Make.Instance(3).Identity, weight: 5));
        Assert.Equal(revision, node.Registry.Find()!.Revision);
        Assert.Equal(AdministrationOutcome.Done, SetOn(node, Make.Instance(1).Identity, weight: 6));

        node.Registry.Deregister(_client, "s", Make.Instance(1));
        Assert.Equal(AdministrationOutcome.LimitReached, SetOn(node, Make.Instance(3).Identity, weight: 5));
        node.AdvanceSeconds(62);
        Assert.Equal(AdministrationOutcome.Done, SetOn(node, Make.Instance(3).Identity, weight: 5));
    }

    [Fact]
    public void What_is_not_there_cannot_be_overridden()
    {
        Assert.Equal(AdministrationOutcome.NoSuchService, Set(weight: 5));
        _registry.Register(_client, "s", Make.Instance(2));
        Assert.Equal(AdministrationOutcome.NoSuchInstance, Set(weight: 5));
        Assert.Equal(0, _registry.OverrideCount);
    }

    [Fact]
    public void Observers_hear_of_each_change_by_an_operator()
    {
        _registry.Register(_client, "s", Make.Instance(1));
        Set();
        Set(weight: 5);
        Set();
        _node.Pump();
        Assert.Equal(["InstanceOverrideChanged Set", "InstanceOverrideChanged Removed"], _observer.Lines);
        Assert.Equal(First, _observer.Heard[0].Instance);
        Assert.True(_observer.Heard[0].Revision < _observer.Heard[1].Revision);
    }

    private Instance Shown
    {
        get
        {
            ServiceEntry entry = _registry.Find()!;
            lock (entry.ServiceLock)
            {
                return entry.ShownLocked(First)!;
            }
        }
    }

    private static Label Pair(string key, string value) => new() { Key = key, Value = value };

    private AdministrationOutcome Set(double? weight = null, bool? enabled = null, params (string Key, string Value)[] metadata) =>
        SetOn(_node, First, weight, enabled, metadata);

    private void Set(InstanceIdentity identity, double weight) => SetOn(_node, identity, weight);

    private static AdministrationOutcome SetOn(
        NodeFixture node, InstanceIdentity identity, double? weight = null, bool? enabled = null, params (string Key, string Value)[] metadata)
    {
        InstanceOverride value = new() { Weight = weight, Enabled = enabled, Metadata = ServiceMetadata.NoData.AddRange(metadata.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value))) };
        AdministrationOutcome outcome = node.Registry.SetOverride(Make.Key(), identity, (_, _) => value);
        node.Pump();
        return outcome;
    }

    /// <summary>Time passes for a client that pings.</summary>
    private void KeepAlive(RawClient client, int seconds)
    {
        for (int second = 0; second < seconds; second++)
        {
            _node.AdvanceSeconds(1);
            client.Ping(1);
            client.ReadAll();
        }
    }
}
