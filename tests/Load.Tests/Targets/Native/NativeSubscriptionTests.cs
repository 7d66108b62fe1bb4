using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Load.Tests.Targets.Native;

/// <summary>When a subscription is there, and where its pushes go.</summary>
public sealed class NativeSubscriptionTests
{
    private readonly RecordingSink _sink = new();

    [Fact]
    public async Task A_subscriber_waits_for_the_answer_and_for_the_first_list_whichever_comes_first()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        ValueTask<LoadResult> listFirst = peer.Client.SubscribeAsync("a", _sink);
        ValueTask<LoadResult> answerFirst = peer.Client.SubscribeAsync("b", _sink);
        List<ReceivedFrame> requests = peer.Read();

        peer.Write(ScriptedPeer.Push(1, FrameFlags.None, 7), ScriptedPeer.AnswerTo(requests[1]));
        Assert.False(listFirst.IsCompleted || answerFirst.IsCompleted);
        peer.Write(ScriptedPeer.AnswerTo(requests[0]), ScriptedPeer.Push(2, FrameFlags.None, 8, 9));

        Assert.Equal(LoadResult.Ok(1), ScriptedPeer.Completed(listFirst));
        Assert.Equal(LoadResult.Ok(2), ScriptedPeer.Completed(answerFirst));
        Assert.Empty(_sink.Arrived);
    }

    [Fact]
    public async Task Lists_and_differences_behind_the_first_list_go_to_the_sink_of_their_subscription()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        RecordingSink other = new();
        Subscribe(peer, "a", _sink);
        Subscribe(peer, "b", other);

        peer.Write(
            ScriptedPeer.Push(1, FrameFlags.None, 7),
            ScriptedPeer.Push(MessageType.DeltaPush, 2, FrameFlags.None, 8, 9),
            ScriptedPeer.Push(MessageType.UnchangedPush, 1, FrameFlags.None),
            ScriptedPeer.Push((MessageType)200, 2, FrameFlags.None, 1),
            ScriptedPeer.Push(99, FrameFlags.None, 1));

        Assert.Equal([7], Assert.Single(_sink.Arrived).List);
        Assert.Equal([8, 9], Assert.Single(other.Arrived).List);
        Assert.NotEqual(0, _sink.Arrived[0].ReceivedAt);
        Assert.Equal(_sink.Arrived[0].ReceivedAt, other.Arrived[0].ReceivedAt);
    }

    [Fact]
    public async Task A_refused_subscription_fails_with_its_code_and_leaves_nothing_behind()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        ValueTask<LoadResult> refused = peer.Client.SubscribeAsync("a", _sink);
        SubscribeReply reply = new() { Refused = { new RefusedSubscription { Error = new ErrorReply { Code = (uint)ErrorCode.LimitExceeded } } } };
        peer.Answer(Assert.Single(peer.Read()), reply.ToByteArray());

        Assert.Equal(LoadResult.Fail("refused: LimitExceeded"), ScriptedPeer.Completed(refused));
        Assert.Equal(LoadResult.Fail("not subscribed"), ScriptedPeer.Completed(peer.Client.UnsubscribeAsync(_sink)));
    }

    [Fact]
    public async Task A_subscription_that_the_server_ends_fails_its_waiting_caller_or_is_counted()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        byte[] ended = new SubscriptionEnded { Error = new ErrorReply { Code = (uint)ErrorCode.Overloaded } }.ToByteArray();
        Subscribe(peer, "a", _sink);
        ValueTask<LoadResult> waiting = peer.Client.SubscribeAsync("b", _sink);
        peer.Answer(Assert.Single(peer.Read()));

        peer.Write(ScriptedPeer.Push(MessageType.EndedPush, 1, FrameFlags.None, ended), ScriptedPeer.Push(MessageType.EndedPush, 2, FrameFlags.None, ended));

        Assert.Equal(LoadResult.Fail("subscription ended: Overloaded"), ScriptedPeer.Completed(waiting));
        Assert.Equal([("subscription ended: Overloaded", 1)], peer.Statistics.Losses.ToList().Select(static loss => (loss.Kind, loss.Count)));
    }

    [Fact]
    public async Task The_end_of_the_connection_fails_whoever_waits_for_a_first_list()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        ValueTask<LoadResult> waiting = peer.Client.SubscribeAsync("a", _sink);
        peer.Answer(Assert.Single(peer.Read()));
        Assert.False(waiting.IsCompleted);
        peer.Close();

        Assert.Equal(LoadResult.Fail("connection lost"), ScriptedPeer.Completed(waiting));
    }

    [Fact]
    public async Task Several_subscriptions_go_with_one_request()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        NativeSubscription[] subscribers = [new(_sink, peer.Statistics), new(_sink, peer.Statistics)];
        ulong[] ids = [.. subscribers.Select(peer.Client.Add)];
        ValueTask<LoadResult> answer = peer.Client.SubscribeAsync([new Subscription { Id = ids[0], Name = "a" }, new Subscription { Id = ids[1], Name = "b" }]);

        ReceivedFrame request = Assert.Single(peer.Read());
        Assert.Equal([("a", 1), ("b", 2)], request.Parse<SubscribeRequest>().Subscriptions.Select(static one => (one.Name, (int)one.Id)));
        peer.Answer(request);
        Assert.Equal(LoadResult.Ok(0), ScriptedPeer.Completed(answer));
    }

    private static void Subscribe(ScriptedPeer peer, string service, RecordingSink sink)
    {
        ValueTask<LoadResult> subscribed = peer.Client.SubscribeAsync(service, sink);
        ReceivedFrame request = Assert.Single(peer.Read());
        peer.Write(ScriptedPeer.AnswerTo(request), ScriptedPeer.Push(request.Parse<SubscribeRequest>().Subscriptions[0].Id, FrameFlags.None, 1));
        Assert.True(ScriptedPeer.Completed(subscribed).IsOk);
    }
}
