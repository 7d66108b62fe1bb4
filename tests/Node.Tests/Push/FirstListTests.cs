using FastRegistry.Node.Configuration;
using FastRegistry.Node.Tests.Sessions;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;
using Subscription = FastRegistry.Wire.Messages.Subscription;

namespace FastRegistry.Node.Tests.Push;

/// <summary>The list of a subscription is its first push; what is refused leaves nothing.</summary>
public sealed class FirstListTests : IDisposable
{
    private readonly NodeFixture _node = new(push: new PushOptions());
    private readonly RawClient _provider;
    private readonly RawClient _watcher;

    public FirstListTests()
    {
        _provider = _node.Connect();
        _watcher = _node.Connect();
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("S-5", "A-4")]
    public void The_first_list_is_the_first_push_and_asks_for_an_ack()
    {
        _provider.Register("s", 1);
        Assert.Empty(_watcher.TrySubscribe(NewSubscription(7, "s")).Refused);

        ReceivedFrame first = _watcher.Read();
        Assert.Equal(7UL, first.CorrelationId);
        Assert.Equal([1], first.Pushed.Ports());
        Assert.True(first.AsksForAck);
        Assert.Null(_watcher.TryRead());
    }

    [Fact]
    public void A_service_that_nobody_knows_has_an_empty_first_list()
    {
        Snapshot list = _watcher.Subscribe(1, "unknown");
        Assert.Empty(list.Instances);
        Assert.Equal(EmptyReason.NeverSeen, list.EmptyReason);
        _provider.Register("unknown", 1);
        Assert.Equal([1], _watcher.ReadPush(1).Pushed.Ports());
    }

    [Fact]
    [ProtocolRule("S-15")]
    public void The_first_list_skips_the_merge_window_and_is_not_sent_again_at_its_end()
    {
        _watcher.Subscribe(1, "s");
        for (int port = 1; port <= 20; port++)
        {
            _provider.Register("s", port);
        }

        Assert.Equal(1, _node.Node.Push.Workers.Sum(static worker => worker.Merging));
        _watcher.ReadAll();
        RawClient late = _node.Connect();
        Assert.Equal(20, late.Subscribe(1, "s").Instances.Count);

        Assert.Null(_watcher.TryRead());
        _node.AdvanceSeconds(1);
        Assert.Equal(20, Assert.Single(_watcher.ReadAll()).Pushed.Instances.Count);
        Assert.Null(late.TryRead());
    }

    [Fact]
    [ProtocolRule("S-1")]
    public void One_request_makes_several_subscriptions_and_names_those_it_refuses_by_their_index()
    {
        _provider.Register("a", 1);
        _provider.Register("a", NewInstance(2, cluster: "east"));
        SubscribeReply reply = _watcher.TrySubscribe(
            NewSubscription(1, "a"),
            NewSubscription(0, "b"),
            NewSubscription(2, ""),
            NewSubscription(1, "c"),
            NewSubscription(3, "a", healthyOnly: false, "east"),
            NewSubscription(4, "d", healthyOnly: false, "no such cluster!"));

        Assert.Equal([1u, 2u, 3u, 5u], reply.Refused.Select(static refused => refused.Index));
        Assert.All(reply.Refused, static refused => Assert.Equal((uint)ErrorCode.InvalidArgument, refused.Error.Code));
        Assert.Equal(
            ["subscriptions[1].id", "subscriptions[2].name", "subscriptions[3].id", "subscriptions[5].clusters[0]"],
            reply.Refused.Select(static refused => refused.Error.Field));
        Assert.Equal([1UL, 3UL], _watcher.ReadAll().Select(static push => push.CorrelationId));
        Assert.Equal(2, _node.Registry.SubscriptionCount);
    }

    [Fact]
    [ProtocolRule("S-1")]
    public void A_thousand_subscriptions_fit_one_request_and_one_more_is_invalid()
    {
        Subscription[] thousand = [.. Enumerable.Range(1, 1000).Select(static id => NewSubscription((ulong)id, $"s{id}"))];
        ErrorReply error = _watcher.Call(MessageType.Subscribe, new SubscribeRequest { Subscriptions = { thousand, NewSubscription(1001, "more") } }).Error;
        Assert.Equal(((uint)ErrorCode.InvalidArgument, "subscriptions"), (error.Code, error.Field));
        Assert.Equal(0, _node.Registry.SubscriptionCount);
        error = _watcher.Call(MessageType.Subscribe, new SubscribeRequest()).Error;
        Assert.Equal((uint)ErrorCode.InvalidArgument, error.Code);

        Assert.Empty(_watcher.TrySubscribe(thousand).Refused);
        Assert.Equal(thousand.Select(static one => one.Id), _watcher.ReadAll().Select(static push => push.CorrelationId));
        Assert.Equal(1000, _node.Registry.SubscriptionCount);
    }

    [Fact]
    [ProtocolRule("S-8")]
    public void The_same_id_again_is_sent_the_list_again_from_what_is_held()
    {
        _provider.Register("s", 1);
        Snapshot list = _watcher.Subscribe(1, "s");
        Assert.Equal(list, _watcher.Subscribe(1, "s"));
        _watcher.Subscribe(1, "s", list.Hold());

        Assert.Equal(list.Revision, _watcher.ReadPush(1).PushedUnchanged.Revision);
        Assert.Equal(1, _node.Registry.SubscriptionCount);
        _provider.Register("s", 2);
        Assert.Equal([1, 2], _watcher.ReadPush(1).Pushed.Ports());
        Assert.Null(_watcher.TryRead());
    }

    [Theory]
    [ProtocolRule("S-9")]
    [InlineData("other", false, "")]
    [InlineData("s", true, "")]
    [InlineData("s", false, "east")]
    public void Another_service_or_filter_under_an_id_in_use_is_refused_and_the_first_one_stays(string service, bool healthyOnly, string cluster)
    {
        _watcher.Subscribe(1, "s");
        SubscribeReply reply = _watcher.TrySubscribe(NewSubscription(1, service, healthyOnly, cluster.Length > 0 ? [cluster] : []));

        Assert.Equal((uint)ErrorCode.InvalidArgument, Assert.Single(reply.Refused).Error.Code);
        Assert.Equal(1, _node.Registry.SubscriptionCount);
        _provider.Register("other", 9);
        _provider.Register("s", 1);
        ReceivedFrame push = Assert.Single(_watcher.ReadAll());
        Assert.Equal(("s", 1UL), (push.Pushed.Name, push.CorrelationId));
    }

    [Theory]
    [ProtocolRule("S-2")]
    [InlineData(ErrorCode.LimitExceeded, "limit")]
    [InlineData(ErrorCode.InvalidArgument, "invalid")]
    [InlineData(ErrorCode.InvalidArgument, "id in use")]
    [InlineData(ErrorCode.LimitExceeded, "table full")]
    public void After_a_thousand_refused_tries_the_node_holds_no_subscription(ErrorCode code, string cause)
    {
        using NodeFixture node = new(new LimitOptions { SubscriptionsPerClient = cause == "limit" ? 1 : 10_000, Services = 1 });
        RawClient provider = node.Connect();
        RawClient client = node.Connect();
        client.Subscribe(1, "s");
        for (ulong attempt = 2; attempt <= 1001; attempt++)
        {
            SubscribeReply reply = client.TrySubscribe(cause switch
            {
                "limit" => NewSubscription(attempt, "s"),
                "invalid" => NewSubscription(attempt, "s", healthyOnly: false, "not a cluster!"),
                "id in use" => NewSubscription(1, "s", healthyOnly: true),
                _ => NewSubscription(attempt, $"other{attempt}"),
            });
            Assert.Equal((uint)code, Assert.Single(reply.Refused).Error.Code);
        }

        Assert.False(client.Unsubscribe(500));
        Assert.True(client.Unsubscribe(1));
        Assert.Equal(0, node.Registry.SubscriptionCount);
        provider.Register("s", 1);
        Assert.Null(client.TryRead());
        Assert.Null(client.Connection.CloseReason);
        client.Close();
        provider.Close();
        node.AssertNothingHeld();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_change_beside_the_subscribe_is_neither_missed_nor_sent_twice(bool changesFirst)
    {
        _provider.Register("s", 1);
        byte[] subscribe = RawClient.RequestBytes(MessageType.Subscribe, 5, new SubscribeRequest { Subscriptions = { NewSubscription(1, "s") } });
        RegistryClient other = Make.Client("other");
        if (changesFirst)
        {
            _node.Registry.Register(other, "s", Make.Instance(2));
        }

        _watcher.WriteWithoutPump(subscribe);
        _node.PumpTransports();
        if (!changesFirst)
        {
            _node.Registry.Register(other, "s", Make.Instance(2));
        }

        List<ReceivedFrame> frames = _watcher.ReadAll();
        Assert.Equal([FrameKind.Response, FrameKind.Push], frames.Select(static frame => frame.Kind));
        Assert.Equal([1, 2], frames[1].Pushed.Ports());
        _node.AdvanceSeconds(2);
        Assert.Null(_watcher.TryRead());
    }

    [Fact]
    public void While_pushes_are_off_first_lists_are_sent_and_changes_are_not()
    {
        _watcher.Subscribe(1, "s");
        _node.Node.Switch("pushEnabled", "false");
        _provider.Register("s", 1);
        RawClient late = _node.Connect();
        Assert.Equal([1], late.Subscribe(1, "s").Ports());
        _provider.Register("s", 2);
        Assert.Equal([1, 2], late.Subscribe(1, "s").Ports());
        _node.AdvanceSeconds(5);
        Assert.Null(_watcher.TryRead());
        Assert.Null(late.TryRead());

        _node.Node.Switch("pushEnabled", "true");
        Assert.Equal([1, 2], Assert.Single(_watcher.ReadAll()).Pushed.Ports());
        Assert.Null(late.TryRead());
    }

    [Fact]
    public void Lists_that_were_asked_for_while_pushes_were_off_and_the_output_full_all_come_when_there_is_room()
    {
        RawClient slow = _node.Connect(capacityBytes: 4096);
        _provider.Publish("filler", 50);
        Assert.Equal(50, _provider.Query("filler").Instances.Count);
        slow.Subscribe(1, "a");
        slow.Subscribe(2, "b");
        slow.Subscribe(3, "c");
        byte[] query = RawClient.RequestBytes(MessageType.Query, 900, new QueryRequest { Name = "filler" });
        Fill(slow, query, before: []);
        foreach (string service in (string[])["a", "b", "c"])
        {
            _provider.Register(service, 1);
        }

        _node.AdvanceSeconds(1);
        _node.Node.Switch("pushEnabled", "false");
        slow.ReadAll();
        byte[] again = RawClient.RequestBytes(
            MessageType.Subscribe, 901, new SubscribeRequest { Subscriptions = { NewSubscription(1, "a"), NewSubscription(2, "b"), NewSubscription(3, "c") } });
        Fill(slow, query, again);
        _node.Node.Switch("pushEnabled", "true");
        _node.AdvanceSeconds(1);

        ReceivedFrame[] pushes = [.. slow.ReadAll().Where(static frame => frame.Kind == FrameKind.Push)];
        Assert.Equal([1UL, 2UL, 3UL], pushes.Select(static push => push.CorrelationId).Order());
        Assert.All(pushes, static push => Assert.Equal([1], push.Pushed.Ports()));
        _provider.Register("b", 2);
        Assert.Equal([1, 2], slow.ReadPush(2).Pushed.Ports());
    }

    [Fact]
    public void An_unsubscribe_before_the_first_list_leaves_nothing_to_send()
    {
        _provider.Register("s", 1);
        _watcher.WriteWithoutPump([
            .. RawClient.RequestBytes(MessageType.Subscribe, 5, new SubscribeRequest { Subscriptions = { NewSubscription(1, "s") } }),
            .. RawClient.RequestBytes(MessageType.Unsubscribe, 6, new UnsubscribeRequest { SubscriptionId = 1 })]);

        List<ReceivedFrame> frames = _watcher.ReadAll();
        Assert.Equal([5UL, 6UL], frames.Select(static frame => frame.CorrelationId));
        Assert.True(frames[1].Answer(UnsubscribeReply.Parser).Removed);
        Assert.Equal(0, _node.Registry.SubscriptionCount);

        // The turn of the one that is gone was given back.
        Assert.Equal([1], _watcher.Subscribe(2, "s").Ports());
    }

    [Fact]
    public void The_end_of_the_session_before_its_first_list_leaves_nothing()
    {
        _watcher.WriteWithoutPump(RawClient.RequestBytes(
            MessageType.Subscribe, 5, new SubscribeRequest { Subscriptions = { NewSubscription(1, "s"), NewSubscription(2, "t") } }));
        _node.PumpTransports();
        Assert.Equal(2, _node.Registry.SubscriptionCount);
        _watcher.Connection.Abort(Wire.Transport.CloseReason.Aborted);
        _node.Pump();
        Assert.Equal(0, _node.Registry.SubscriptionCount);
        _watcher.Close();
        _provider.Close();
        _node.AssertNothingHeld();
    }

    /// <summary>Fills the output of a client that does not read, behind other requests of the same write.</summary>
    private void Fill(RawClient client, byte[] query, byte[] before)
    {
        client.WriteWithoutPump([.. before, .. query, .. query, .. query]);
        _node.PumpTransports();
        Assert.True(client.Connection.Outbound.IsAboveHighWaterMark);
    }
}
