using FastRegistry.Node.Tests.Sessions;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Push;

/// <summary>A list that no stream of its client can carry ends the subscription, not the connection.</summary>
public sealed class EndedSubscriptionTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _provider;
    private readonly RawClient _client;

    public EndedSubscriptionTests()
    {
        _provider = _node.Connect();
        _client = _node.ConnectWith(new Wire.Messages.Limits { StreamBytes = 150_000 });
    }

    public void Dispose()
    {
        // Operators are told of each.
        Assert.All(_node.Log.Lines, static line => Assert.Contains("larger than the client", line, StringComparison.Ordinal));
        _node.Log.Lines.Clear();
        _node.Dispose();
    }

    [Fact]
    [ProtocolRule("U-4", "T-9")]
    public void A_first_list_that_is_too_large_ends_the_subscription_and_names_the_limit()
    {
        _provider.Publish("large", 200);
        Assert.Empty(_client.TrySubscribe(NewSubscription(1, "large"), NewSubscription(2, "small")).Refused);
        List<ReceivedFrame> pushes = _client.ReadAll();

        ErrorReply error = pushes.Single(static push => push.CorrelationId == 1).PushedEnd.Error;
        Assert.Equal((uint)ErrorCode.LimitExceeded, error.Code);
        Assert.Contains("stream_bytes", error.Text, StringComparison.Ordinal);
        Assert.Empty(pushes.Single(static push => push.CorrelationId == 2).Pushed.Instances);
        AssertIsGone(1);
        _provider.Register("small", 1);
        Assert.Equal([1], _client.ReadPush(2).Pushed.Ports());
    }

    [Fact]
    [ProtocolRule("U-4")]
    public void A_list_that_grows_too_large_ends_the_subscription_then()
    {
        _provider.Publish("s", 100);
        Assert.Equal(100, _client.Subscribe(1, "s").Instances.Count);
        _provider.Batch("s", replace: false, RawClientFrames.Instances(1001, 100));

        Assert.Equal((uint)ErrorCode.LimitExceeded, Assert.Single(_client.ReadAll()).PushedEnd.Error.Code);
        AssertIsGone(1);
        _provider.Batch("s", replace: true, NewInstance(1));
        Assert.Null(_client.TryRead());
    }

    [Fact]
    [ProtocolRule("S-12")]
    public void Its_id_may_be_used_again_for_whatever_the_client_likes()
    {
        _provider.Publish("large", 200);
        _client.TrySubscribe(NewSubscription(1, "large"));
        Assert.NotNull(_client.ReadPush(1).PushedEnd.Error);
        Assert.Empty(_client.Subscribe(1, "other").Instances);
        _provider.Register("other", 1);
        Assert.Equal([1], _client.ReadPush(1).Pushed.Ports());
    }

    [Fact]
    public void The_end_waits_for_room_in_the_output_like_any_push()
    {
        _provider.Publish("filler", 50);
        _provider.Query("filler");
        RawClient slow = _node.ConnectBare(capacityBytes: 4096);
        SetupRequest setup = RawClient.NewSetup();
        setup.Limits = new Wire.Messages.Limits { StreamBytes = 150_000 };
        slow.SetUp(setup);
        slow.Subscribe(1, "s");
        byte[] query = RawClient.RequestBytes(MessageType.Query, 900, new QueryRequest { Name = "filler" });
        slow.Write([.. query, .. query, .. query]);
        Assert.True(slow.Connection.Outbound.IsAboveHighWaterMark);
        _provider.Publish("s", 200);
        Assert.Equal(1, _node.Metric("fastregistry_subscriptions"));

        List<ReceivedFrame> frames = slow.ReadAll();
        Assert.Equal([FrameKind.Response, FrameKind.Response, FrameKind.Response, FrameKind.Push], frames.Select(static frame => frame.Kind));
        Assert.Equal((uint)ErrorCode.LimitExceeded, frames[3].PushedEnd.Error.Code);
        Assert.Equal(0, _node.Registry.SubscriptionCount);
    }

    [Fact]
    [ProtocolRule("T-9")]
    public void An_answer_that_is_too_large_is_an_error_that_names_the_limit()
    {
        _provider.Publish("large", 200);
        ErrorReply error = _client.Call(MessageType.Query, new QueryRequest { Name = "large" }).Error;
        Assert.Equal((uint)ErrorCode.LimitExceeded, error.Code);
        Assert.Contains("stream_bytes", error.Text, StringComparison.Ordinal);
        _client.AssertServed();
        Assert.Equal(200, _node.Connect().Query("large").Instances.Count);
    }

    private void AssertIsGone(ulong id)
    {
        Assert.Null(_node.Registry.Find("large")?.SubscriberCount is > 0 ? "still subscribed" : null);
        Assert.False(_client.Unsubscribe(id));
        _client.AssertServed();
    }
}
