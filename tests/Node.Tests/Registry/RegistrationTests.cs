using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Registry;

public sealed class RegistrationTests : IDisposable
{
    private readonly NodeFixture _node = new(new LimitOptions { Services = 3, InstancesPerService = 4, PublicationsPerClient = 6, SubscriptionsPerClient = 2 });
    private readonly RawClient _client;

    public RegistrationTests() => _client = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_client_that_registers_and_then_queries_sees_itself()
    {
        Assert.True(_client.Register("s", NewInstance(80, weight: 2.5, metadata: "x", cluster: "east")).Changed);
        Instance listed = Assert.Single(_client.Query("s").Instances);

        Assert.Equal(NewInstance(80, weight: 2.5, metadata: "x", cluster: "east"), listed);
    }

    [Fact]
    public void Registering_the_same_again_keeps_the_revision()
    {
        ulong first = _client.Register("s", 1).Revision;
        RegisterReply again = _client.Register("s", 1);

        Assert.False(again.Changed);
        Assert.Equal(first, again.Revision);
        Assert.True(_client.Register("s", NewInstance(1, weight: 2)).Revision > first);
    }

    [Fact]
    [ProtocolRule("P-2")]
    public void A_batch_is_one_revision_and_one_push()
    {
        RawClient watcher = _node.Connect();
        ulong before = watcher.Subscribe(1, "s").Revision;
        ulong revision = _client.Batch("s", replace: false, NewInstance(1), NewInstance(2), NewInstance(3)).Revision;

        Assert.Equal(before + 1, revision);
        Assert.Equal([1, 2, 3], Assert.Single(watcher.ReadAll()).Pushed.Ports());
    }

    [Fact]
    [ProtocolRule("P-2")]
    public void A_batch_with_one_invalid_element_changes_nothing_and_names_the_element()
    {
        ErrorReply error = _client.TryBatch("s", replace: false, NewInstance(1), NewInstance(70000), NewInstance(3)).Error;
        Assert.Equal((uint)ErrorCode.InvalidArgument, error.Code);
        Assert.Equal("instances[1].port", error.Field);
        Assert.Equal("instances[2]", _client.TryBatch("s", replace: false, NewInstance(1), NewInstance(2), NewInstance(1)).Error.Field);
        Assert.Equal("instances", _client.TryBatch("s", replace: false).Error.Field);

        Assert.Empty(_client.Query("s").Instances);
        Assert.Equal(0, _node.Registry.PublicationCount);
    }

    [Fact]
    [ProtocolRule("P-5")]
    public void A_replacing_batch_leaves_exactly_its_set_with_one_revision()
    {
        ulong first = _client.Batch("s", replace: false, NewInstance(1), NewInstance(2)).Revision;
        Assert.Equal(first + 1, _client.Batch("s", replace: true, NewInstance(2), NewInstance(3)).Revision);
        Assert.Equal([2, 3], _client.Query("s").Ports());
        Assert.Equal(first + 1, _client.Batch("s", replace: true, NewInstance(3), NewInstance(2)).Revision);
        _client.Batch("s", replace: true);

        Assert.Empty(_client.Query("s").Instances);
        Assert.Equal(EmptyReason.Deregistered, _client.Query("s").EmptyReason);
    }

    [Fact]
    public void A_replacing_batch_leaves_other_clients_alone()
    {
        RawClient other = _node.Connect();
        other.Register("s", 9);
        _client.Batch("s", replace: true, NewInstance(1));
        _client.Batch("s", replace: true);

        Assert.Equal([9], _client.Query("s").Ports());
    }

    [Fact]
    [ProtocolRule("P-3")]
    public void Deregistering_what_is_not_there_is_no_error()
    {
        Assert.Equal(0u, _client.Deregister("s", 1).Removed);
        _client.Register("s", 1);
        Assert.Equal(0u, _client.Deregister("s", 1, cluster: "east").Removed);
        Assert.Equal(0u, _node.Connect().Deregister("s", 1).Removed);
        Assert.Equal([1], _client.Query("s").Ports());
        Assert.Equal(1u, _client.Deregister("s", 1, cluster: "DEFAULT").Removed);
        Assert.Empty(_client.Query("s").Instances);
    }

    [Fact]
    [ProtocolRule("P-10", "S-11")]
    public void Every_limit_is_refused_with_its_option()
    {
        _client.Batch("a", replace: false, NewInstance(1), NewInstance(2), NewInstance(3), NewInstance(4));
        AssertLimit("Limits:InstancesPerService is 4", _client.TryRegister("a", 5));
        AssertLimit("Limits:PublicationsPerClient is 6", _client.TryBatch("b", replace: false, NewInstance(1), NewInstance(2), NewInstance(3)));
        _client.Register("b", 1);
        _client.Register("c", 1);
        AssertLimit("Limits:Services is 3", _node.Connect().TryRegister("d", 1));
        AssertLimit("Limits:Services is 3", Refusal(NewSubscription(1, "d")));
        _client.Subscribe(1, "a");
        _client.Subscribe(2, "b");
        AssertLimit("Limits:SubscriptionsPerClient is 2", Refusal(NewSubscription(3, "c")));

        Assert.Equal(6, _node.Registry.PublicationCount);
        Assert.Equal([1, 2, 3, 4], _client.Query("a").Ports());
        _client.Register("a", NewInstance(4, weight: 3));
    }

    [Fact]
    public void A_replacing_batch_at_a_limit_counts_what_it_takes_away()
    {
        _client.Batch("a", replace: false, NewInstance(1), NewInstance(2), NewInstance(3), NewInstance(4));
        _client.Batch("a", replace: true, NewInstance(5), NewInstance(6), NewInstance(7), NewInstance(8));
        Assert.Equal([5, 6, 7, 8], _client.Query("a").Ports());
        _client.Batch("b", replace: false, NewInstance(1), NewInstance(2));
        _client.Batch("b", replace: true, NewInstance(3), NewInstance(4));

        Assert.Equal([3, 4], _client.Query("b").Ports());
        AssertLimit("Limits:PublicationsPerClient is 6", _client.TryBatch("b", replace: true, NewInstance(3), NewInstance(4), NewInstance(5)));
        RawClient other = _node.Connect();
        AssertLimit("Limits:InstancesPerService is 4", other.TryBatch("a", replace: true, NewInstance(9)));

        // What another client publishes too stays listed, so taking it away makes no room.
        other.Batch("a", replace: false, NewInstance(5), NewInstance(6));
        AssertLimit("Limits:InstancesPerService is 4", other.TryBatch("a", replace: true, NewInstance(1)));
    }

    [Theory]
    [InlineData("name", "", "g", "10.0.0.1", 1u, 1.0, "")]
    [InlineData("name", "two words", "g", "10.0.0.1", 1u, 1.0, "")]
    [InlineData("name", "a@@b", "g", "10.0.0.1", 1u, 1.0, "")]
    [InlineData("name", "\u4E2D", "g", "10.0.0.1", 1u, 1.0, "")]
    [InlineData("group", "s", "g g", "10.0.0.1", 1u, 1.0, "")]
    [InlineData("instance.ip", "s", "g", "", 1u, 1.0, "")]
    [InlineData("instance.ip", "s", "g", "1 2", 1u, 1.0, "")]
    [InlineData("instance.port", "s", "g", "10.0.0.1", 65536u, 1.0, "")]
    [InlineData("instance.weight", "s", "g", "10.0.0.1", 1u, -0.1, "")]
    [InlineData("instance.weight", "s", "g", "10.0.0.1", 1u, 10_000.1, "")]
    [InlineData("instance.weight", "s", "g", "10.0.0.1", 1u, double.NaN, "")]
    [InlineData("instance.cluster", "s", "g", "10.0.0.1", 1u, 1.0, "a_b")]
    public void An_invalid_field_is_named(string field, string name, string group, string ip, uint port, double weight, string cluster)
    {
        RegisterRequest request = new() { Name = name, Group = group, Instance = new Instance { Ip = ip, Port = port, Weight = weight, Cluster = cluster } };
        ErrorReply error = _client.Call(MessageType.Register, request).Error;

        Assert.Equal((uint)ErrorCode.InvalidArgument, error.Code);
        Assert.Equal(field, error.Field);
        Assert.Equal(0, _node.Registry.ServiceCount);
    }

    [Fact]
    [ProtocolRule("P-9")]
    public void A_persistent_instance_is_not_supported_and_a_missing_one_is_named()
    {
        ErrorReply error = _client.Call(MessageType.Register, new RegisterRequest { Name = "s", Instance = new Instance { Ip = "1", Persistent = true } }).Error;
        Assert.Equal((uint)ErrorCode.NotSupported, error.Code);
        Assert.Equal("instance", _client.Call(MessageType.Register, new RegisterRequest { Name = "s" }).Error.Field);
    }

    [Fact]
    public void A_subscription_id_belongs_to_one_service_and_filter()
    {
        _client.Subscribe(7, "a");
        _client.Subscribe(7, "a");
        AssertRefused("subscriptions[0].id", NewSubscription(7, "b"));
        AssertRefused("subscriptions[0].id", NewSubscription(7, "a", healthyOnly: true));
        AssertRefused("subscriptions[0].id", NewSubscription(0, "a"));
        AssertRefused("subscriptions[0].clusters", NewSubscription(8, "a", healthyOnly: false, [.. Enumerable.Range(0, 33).Select(static i => $"c{i}")]));
        Assert.Equal(1, _node.Registry.Find("a")!.SubscriberCount);
    }

    private void AssertRefused(string field, Subscription subscription)
    {
        ErrorReply error = Refusal(subscription);
        Assert.Equal((ErrorCode.InvalidArgument, field), ((ErrorCode)error.Code, error.Field));
    }

    private ErrorReply Refusal(Subscription subscription) => Assert.Single(_client.TrySubscribe(subscription).Refused).Error;

    private static void AssertLimit(string text, ReceivedFrame answer) => AssertLimit(text, answer.Error);

    private static void AssertLimit(string text, ErrorReply error)
    {
        Assert.Equal((uint)ErrorCode.LimitExceeded, error.Code);
        Assert.Equal(text, error.Text);
    }
}
