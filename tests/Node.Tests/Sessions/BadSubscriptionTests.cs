using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Subscriptions that are refused: each alone, with its index, field and code, and nothing of it stays on the node.</summary>
public sealed class BadSubscriptionTests : IDisposable
{
    private static readonly Dictionary<string, (Subscription Subscription, string Field)> Bad = new()
    {
        ["no id"] = (NewSubscription(0, "s"), "id"),
        ["no name"] = (NewSubscription(7, ""), "name"),
        ["a name of 513"] = (NewSubscription(7, Text(513)), "name"),
        ["a name with a blank"] = (NewSubscription(7, "a b"), "name"),
        ["a name with @@"] = (NewSubscription(7, "a@@b"), "name"),
        ["a namespace of 65"] = (new Subscription { Id = 7, Name = "s", Namespace = Text(65) }, "namespace"),
        ["a namespace with a dot"] = (new Subscription { Id = 7, Name = "s", Namespace = "a.b" }, "namespace"),
        ["a group of 129"] = (new Subscription { Id = 7, Name = "s", Group = Text(129) }, "group"),
        ["a group with a slash"] = (new Subscription { Id = 7, Name = "s", Group = "a/b" }, "group"),
        ["33 clusters"] = (NewSubscription(7, "s", false, [.. Enumerable.Range(0, 33).Select(static i => $"c{i}")]), "clusters"),
        ["a cluster of 65"] = (NewSubscription(7, "s", false, "a", Text(65)), "clusters[1]"),
        ["a cluster with an underscore"] = (NewSubscription(7, "s", false, "a_b"), "clusters[0]"),
    };

    private readonly BadInputs _inputs = new();

    public static TheoryData<string> BadSubscriptions => [.. Bad.Keys];

    public void Dispose() => _inputs.Dispose();

    [Theory]
    [ProtocolRule("S-1", "S-2", "M-4", "M-7")]
    [MemberData(nameof(BadSubscriptions))]
    public void One_that_breaks_a_rule_is_refused_and_the_others_are_in_place(string what)
    {
        RawClient client = _inputs.Node.Connect();
        SubscribeReply reply = client.TrySubscribe(NewSubscription(1, "first"), Bad[what].Subscription, NewSubscription(2, "last"));

        RefusedSubscription refused = Assert.Single(reply.Refused);
        Assert.Equal((1U, (uint)ErrorCode.InvalidArgument, $"subscriptions[1].{Bad[what].Field}"), (refused.Index, refused.Error.Code, refused.Error.Field));
        Assert.Equal([1UL, 2UL], client.ReadAll().Select(static push => push.CorrelationId).Order());
        Assert.Equal(2, _inputs.Node.Registry.SubscriptionCount);
        Assert.False(client.Unsubscribe(7));
        Assert.False(client.Unsubscribe(0));
        _inputs.AssertGoesOn(client);
    }

    [Theory]
    [ProtocolRule("S-1", "M-7")]
    [InlineData(0)]
    [InlineData(1_001)]
    [InlineData(5_000)]
    public void A_request_of_none_or_of_more_than_a_thousand_is_refused_as_a_whole(int count)
    {
        RawClient client = _inputs.Node.Connect();
        ulong id = client.Request(MessageType.Subscribe, RequestOf(count));

        _inputs.AssertRefused(client, id, MessageType.Subscribe, ErrorCode.InvalidArgument, "subscriptions");
    }

    [Fact]
    [ProtocolRule("S-1", "M-7")]
    public void A_request_of_a_thousand_is_taken()
    {
        RawClient client = _inputs.Node.Connect();
        Assert.Empty(client.Call(MessageType.Subscribe, RequestOf(1_000)).Answer(SubscribeReply.Parser).Refused);

        Assert.Equal(1_000, client.ReadAll().Count);
        Assert.Equal(1_000, _inputs.Node.Registry.SubscriptionCount);
        _inputs.AssertGoesOn(client);
    }

    [Fact]
    [ProtocolRule("S-9")]
    public void An_id_in_use_is_refused_for_another_service_or_filter_within_a_request_and_after_it()
    {
        RawClient client = _inputs.Node.Connect();
        SubscribeReply within = client.TrySubscribe(NewSubscription(7, "s", true, "a", "b"), NewSubscription(7, "t", true, "a", "b"), NewSubscription(7, "s", false, "a", "b"), NewSubscription(7, "s", true, "b", "a"));
        Assert.Equal([1U, 2U], within.Refused.Select(static refused => refused.Index));
        Assert.All(within.Refused, static refused => Assert.Equal(((uint)ErrorCode.InvalidArgument, $"subscriptions[{refused.Index}].id"), (refused.Error.Code, refused.Error.Field)));

        SubscribeReply after = client.TrySubscribe(NewSubscription(7, "s", true, "a"), new Subscription { Id = 7, Name = "s", Group = "g", HealthyOnly = true, Clusters = { "a", "b" } });
        Assert.Equal([0U, 1U], after.Refused.Select(static refused => refused.Index));
        Assert.Equal(1, _inputs.Node.Registry.SubscriptionCount);
        client.ReadAll();
        _inputs.AssertGoesOn(client);
    }

    [Fact]
    [ProtocolRule("S-11", "S-2")]
    public void More_than_the_limit_are_refused_and_a_thousand_tries_leave_nothing()
    {
        using BadInputs inputs = new(new NodeFixture(limits: new LimitOptions { SubscriptionsPerClient = 2 }));
        RawClient client = inputs.Node.Connect();
        SubscribeReply reply = client.TrySubscribe(NewSubscription(1, "a"), NewSubscription(2, "b"), NewSubscription(3, "c"));
        RefusedSubscription refused = Assert.Single(reply.Refused);
        Assert.Equal((2U, (uint)ErrorCode.LimitExceeded, ""), (refused.Index, refused.Error.Code, refused.Error.Field));
        for (ulong id = 10; id < 1010; id++)
        {
            Assert.Single(client.TrySubscribe(NewSubscription(id, "c")).Refused);
        }

        Assert.Equal(2, inputs.Node.Registry.SubscriptionCount);
        client.ReadAll();
        client.Register("c", 1);
        Assert.Empty(client.ReadAll());
        inputs.AssertGoesOn(client);
    }

    private static string Text(int length) => new('a', length);

    private static SubscribeRequest RequestOf(int count)
    {
        SubscribeRequest request = new();
        request.Subscriptions.AddRange(Enumerable.Range(1, count).Select(static i => NewSubscription((ulong)i, $"s{i % 10}")));
        return request;
    }
}
