using FastRegistry.Tests;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Protocol;

/// <summary>Rules of section 8 of <c>docs/protocol.md</c> about subscriptions and pushes that have no place of their own.</summary>
public sealed class SubscriptionRuleTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("S-10")]
    public void Two_subscriptions_to_one_service_are_two_pushes()
    {
        RawClient client = _node.Connect();
        client.Subscribe(1, "s");
        client.Subscribe(2, "s");
        client.Subscribe(3, "s", healthyOnly: true);
        client.Register("s", 1);

        Assert.Equal([1UL, 2UL, 3UL], client.ReadAll().Select(static push => push.CorrelationId).Order());
    }

    [Fact]
    [ProtocolRule("S-12")]
    public void After_an_unsubscribe_the_id_is_free_for_something_else()
    {
        RawClient client = _node.Connect();
        client.Subscribe(7, "s");
        Assert.True(client.Unsubscribe(7));
        Assert.False(client.Unsubscribe(7));

        Assert.Equal("t", client.Subscribe(7, "t").Name);
        client.Register("s", 1);
        Assert.Null(client.TryRead());
    }

    [Fact]
    [ProtocolRule("S-18")]
    public void The_time_of_change_never_goes_back_within_a_service()
    {
        RawClient client = _node.Connect();
        client.Subscribe(7, "s");
        List<long> times = [];
        for (int port = 1; port <= 50; port++)
        {
            // Several in one moment, then a moment later.
            client.Register("s", port);
            times.Add(client.ReadPush(7).PushPrefix.ChangedAtMicroseconds);
            _node.AdvanceMilliseconds(port % 10 == 0 ? 5 : 0);
        }

        Assert.Equal(times.Order(), times);
        Assert.Equal(times.Count, times.Distinct().Count());
    }

    [Fact]
    [ProtocolRule("S-14")]
    public void A_filtered_list_may_be_pushed_though_it_is_equal_to_the_one_before()
    {
        RawClient client = _node.Connect();
        client.Register("s", NewInstance(1, cluster: "a"));
        Snapshot first = client.Subscribe(7, "s", false, "a");
        client.Register("s", NewInstance(2, cluster: "b"));

        Snapshot next = client.ReadPush(7).Pushed;
        Assert.Equal(first.Instances, next.Instances);
        Assert.True(next.Revision > first.Revision);
    }
}
