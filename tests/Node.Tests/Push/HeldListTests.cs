using System.Collections.Immutable;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Tests.Sessions;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;
using HeldList = FastRegistry.Wire.Messages.HeldList;
using Subscription = FastRegistry.Wire.Messages.Subscription;

namespace FastRegistry.Node.Tests.Push;

/// <summary>What a client is sent that says which list it holds: nothing but "unchanged", the difference, or the list.</summary>
public sealed class HeldListTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _provider;
    private readonly RawClient _keeper;
    private readonly RawClient _client;

    public HeldListTests()
    {
        _provider = _node.Connect();
        _keeper = _node.Connect();
        _client = _node.Connect();
        _provider.Publish("s", 20, bytesEach: 100);
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("S-4", "U-1")]
    public void The_same_list_is_answered_as_unchanged()
    {
        Snapshot list = _client.Query("s");
        _client.Subscribe(1, "s", list.Hold());

        SnapshotUnchanged unchanged = _client.ReadPush(1).PushedUnchanged;
        Assert.Equal((list.Epoch, list.Revision, false, EmptyReason.NotEmpty), (unchanged.Epoch, unchanged.Revision, unchanged.Provisional, unchanged.EmptyReason));
        Assert.Null(_client.TryRead());
    }

    [Fact]
    [ProtocolRule("S-4")]
    public void The_same_list_of_another_epoch_is_unchanged_and_becomes_one_of_this_epoch()
    {
        Snapshot list = _client.Query("s");
        HeldList held = list.Hold();
        held.Epoch = new Epoch { Node = 77, Incarnation = 5 };
        held.Revision = 123_456_789;
        _client.Subscribe(1, "s", held);

        SnapshotUnchanged unchanged = _client.ReadPush(1).PushedUnchanged;
        Assert.Equal((list.Epoch, list.Revision), (unchanged.Epoch, unchanged.Revision));
        _provider.Register("s", 500);
        AssertLeadsTo(list, _client.ReadPush(1).PushedDelta);
    }

    [Fact]
    [ProtocolRule("S-4", "D-2")]
    public void An_older_list_that_the_change_log_reaches_back_to_is_brought_up_by_a_delta()
    {
        _keeper.Subscribe(9, "s");
        Snapshot list = _client.Query("s");
        _provider.Register("s", 500);
        _provider.Deregister("s", 3);
        _provider.Register("s", NewInstance(4, weight: 7));
        _client.Subscribe(1, "s", list.Hold());

        SnapshotDelta delta = _client.ReadPush(1).PushedDelta;
        Assert.Equal(list.Revision, delta.BaseRevision);
        AssertLeadsTo(list, delta);
        Assert.Null(_client.TryRead());
    }

    [Fact]
    [ProtocolRule("S-6")]
    public void The_revision_is_believed_even_with_a_wrong_digest()
    {
        _keeper.Subscribe(9, "s");
        Snapshot list = _client.Query("s");
        HeldList held = list.Hold();
        held.Digest++;
        _provider.Register("s", 500);
        _client.Subscribe(1, "s", held);
        AssertLeadsTo(list, _client.ReadPush(1).PushedDelta);
    }

    [Fact]
    [ProtocolRule("S-4")]
    public void A_list_older_than_the_change_log_is_replaced_by_the_whole_list()
    {
        Snapshot list = _client.Query("s");
        _provider.Register("s", 500);
        _client.Subscribe(1, "s", list.Hold());
        Assert.Equal(21, _client.ReadPush(1).Pushed.Instances.Count);
    }

    [Theory]
    [ProtocolRule("S-6")]
    [InlineData("digest")]
    [InlineData("count")]
    [InlineData("no digest")]
    [InlineData("newer revision")]
    [InlineData("other epoch")]
    [InlineData("huge count")]
    public void What_does_not_fit_costs_the_whole_list(string wrong)
    {
        _keeper.Subscribe(9, "s");
        _provider.Register("s", 500);
        Snapshot list = _client.Query("s");
        HeldList held = list.Hold();
        switch (wrong)
        {
            case "digest":
                held.Digest ^= 1;
                break;
            case "count":
                held.Count--;
                break;
            case "no digest":
                held = new HeldList { Epoch = list.Epoch, Revision = list.Revision };
                break;
            case "newer revision":
                held.Revision = ulong.MaxValue;
                held.Digest = 0;
                break;
            case "huge count":
                held.Count = uint.MaxValue;
                break;
            default:
                held.Epoch = new Epoch { Node = 1, Incarnation = 1 };
                held.Digest = 0;
                break;
        }

        _client.Subscribe(1, "s", held);
        RawClientFrames.AssertSame(list, _client.ReadPush(1).Pushed);
        Assert.Null(_client.TryRead());
    }

    [Fact]
    public void An_empty_list_that_is_held_is_unchanged_and_says_why_it_is_empty()
    {
        _provider.Register("gone", 1);
        _provider.Deregister("gone", 1);
        Snapshot list = _client.Subscribe(2, "gone");
        Assert.Equal(EmptyReason.Deregistered, list.EmptyReason);
        _client.Subscribe(2, "gone", list.Hold());
        Assert.Equal(EmptyReason.Deregistered, _client.ReadPush(2).PushedUnchanged.EmptyReason);
    }

    [Fact]
    [ProtocolRule("S-7")]
    public void The_digest_is_that_of_the_list_as_the_filter_shows_it()
    {
        _provider.Register("f", NewInstance(1, cluster: "east"));
        _provider.Register("f", NewInstance(2, cluster: "west"));
        Instance ill = NewInstance(3, cluster: "east");
        ill.Healthy = false;
        _provider.Register("f", ill);
        Snapshot east = _client.Subscribe(1, "f", healthyOnly: true, "east");
        Assert.Equal([1], east.Ports());
        _provider.Register("f", NewInstance(4, cluster: "west"));
        _client.ReadAll();
        Subscription again = NewSubscription(1, "f", healthyOnly: true, "east");
        again.Held = east.Hold();
        Assert.Empty(_client.TrySubscribe(again).Refused);

        Assert.Equal(_client.Query("f").Revision, _client.ReadPush(1).PushedUnchanged.Revision);
        _provider.Register("f", NewInstance(5, cluster: "east"));
        Assert.Equal([1, 5], _client.ReadPush(1).Pushed.Ports());
    }

    [Fact]
    public void The_digest_of_a_protected_list_is_that_of_the_instances_as_they_were_listed()
    {
        RegistryClient owner = Make.Client();
        _node.Registry.Register(owner, "p", Make.Instance(1), Make.Instance(2, healthy: false), Make.Instance(3, healthy: false));
        _node.Registry.UpdateMetadata(Make.Key("p"), static metadata => metadata with { ProtectThreshold = 0.5 });
        Snapshot list = _client.Subscribe(1, "p");
        Assert.True(list.ProtectionReached);
        _client.Subscribe(1, "p", list.Hold());
        SnapshotUnchanged unchanged = _client.ReadPush(1).PushedUnchanged;
        Assert.True(unchanged.ProtectionReached);
        Assert.Equal(list.Revision, unchanged.Revision);

        _node.Registry.UpdateMetadata(Make.Key("p"), static metadata => metadata with { ProtectThreshold = 0 });
        _node.Pump();
        _client.ReadAll();
        _client.Subscribe(1, "p", list.Hold());
        Snapshot bare = _client.ReadPush(1).Pushed;
        Assert.False(bare.ProtectionReached);
        Assert.Equal(2, bare.Instances.Count(static instance => instance is { HasHealthy: true, Healthy: false }));
    }

    [Fact]
    public void The_digest_under_a_selector_is_that_of_what_the_client_is_shown_and_no_delta_is_sent()
    {
        _node.Registry.Register(Make.Client(), "z", [.. Enumerable.Range(1, 20).Select(static i => Make.Instance(i, ip: $"10.0.0.{i}", metadata: new string('m', 100)))]);
        _node.Registry.UpdateMetadata(Make.Key("z"), static metadata => metadata with { Selector = Parse("CONSUMER.label.zone=PROVIDER.label.zone") });
        _node.Registry.ReplaceLabels(Labels("a", "10.9.9.9", "10.0.0.2", "10.0.0.3"));
        RawClient near = _node.ConnectBare(address: "10.9.9.9");
        near.SetUp();
        Snapshot list = near.Subscribe(1, "z");
        Assert.Equal([2, 3], list.Ports());
        near.Subscribe(1, "z", list.Hold());
        Assert.Equal(list.Revision, near.ReadPush(1).PushedUnchanged.Revision);

        _node.Registry.Register(Make.Client("d"), "z", Make.Instance(50, ip: "10.0.0.50"));
        _node.Pump();
        near.ReadAll();
        near.Subscribe(1, "z", list.Hold());
        Assert.True(near.ReadPush(1).PushedUnchanged.Revision > list.Revision);

        _node.Registry.ReplaceLabels(Labels("a", "10.9.9.9", "10.0.0.4"));
        _node.Pump();
        near.ReadAll();
        near.Subscribe(1, "z", list.Hold());
        Assert.Equal([4], near.ReadPush(1).Pushed.Ports());
    }

    [Fact]
    public void More_filters_than_are_cached_have_their_digests_all_the_same()
    {
        for (int i = 0; i < 20; i++)
        {
            _provider.Register("many", NewInstance(i + 1, cluster: $"c{i}"));
        }

        for (int i = 0; i < 20; i++)
        {
            ulong id = 100 + (ulong)i;
            Snapshot list = _client.Subscribe(id, "many", healthyOnly: false, $"c{i}");
            Subscription again = NewSubscription(id, "many", healthyOnly: false, $"c{i}");
            again.Held = list.Hold();
            Assert.Empty(_client.TrySubscribe(again).Refused);
            Assert.Equal(list.Revision, _client.ReadPush(id).PushedUnchanged.Revision);
        }
    }

    [Fact]
    [ProtocolRule("S-4", "U-2")]
    public void During_warm_up_the_same_list_is_unchanged_and_provisional_and_another_one_comes_whole()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions { WarmUp = TimeSpan.FromSeconds(15) });
        RawClient provider = node.Connect();
        RawClient keeper = node.Connect();
        RawClient client = node.Connect();
        provider.Publish("s", 20, bytesEach: 100);
        keeper.Subscribe(9, "s");
        Snapshot list = client.Query("s");
        Assert.True(list.Provisional);
        client.Subscribe(1, "s", list.Hold());
        Assert.True(client.ReadPush(1).PushedUnchanged.Provisional);

        provider.Register("s", 500);
        Assert.True(client.ReadPush(1).Pushed.Provisional);
        client.Subscribe(1, "s", list.Hold());
        Snapshot whole = client.ReadPush(1).Pushed;
        Assert.True(whole.Provisional);
        Assert.Equal(21, whole.Instances.Count);

        KeepAlive(node, 19, provider, keeper, client);
        Assert.False(client.Query("s").Provisional);
        client.ReadAll();

        // A list of the time of warm-up is no base for a difference: the client may hold more than the node has sent.
        client.Subscribe(1, "s", list.Hold());
        whole = client.ReadPush(1).Pushed;
        Assert.False(whole.Provisional);
        Assert.Equal(21, whole.Instances.Count);
    }

    private static void KeepAlive(NodeFixture node, int seconds, params RawClient[] clients)
    {
        for (int second = 0; second < seconds; second++)
        {
            Array.ForEach(clients, static client => client.Ping(1));
            node.AdvanceSeconds(1);
        }
    }

    private static LabelSelector Parse(string expression)
    {
        Assert.True(LabelSelector.TryParse(expression, out LabelSelector? selector, out string? rule), rule);
        return selector;
    }

    private static AddressLabels Labels(string zone, params string[] addresses) => new(
        addresses.Select(address => KeyValuePair.Create(address, ImmutableDictionary<string, string>.Empty.Add("zone", zone))));

    private void AssertLeadsTo(Snapshot held, SnapshotDelta delta) => RawClientFrames.AssertSame(_keeper.Query("s"), held.With(delta));
}
