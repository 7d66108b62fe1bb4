using System.Buffers.Binary;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Tests.Targets.Native;

/// <summary>What the server is told of the pushes that were taken in.</summary>
public sealed class AcknowledgementTests
{
    private static readonly PreparedRequest Query = new NativeRequest(MessageType.Query, [1, 2, 3]);

    private readonly RecordingSink _sink = new();

    [Fact]
    public async Task A_push_goes_to_the_sink_of_its_subscription_even_before_the_answer()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        ValueTask<LoadResult> first = peer.Client.SubscribeAsync("a", _sink);
        RecordingSink other = new();
        ValueTask<LoadResult> second = peer.Client.SubscribeAsync("b", other);
        List<ReceivedFrame> requests = peer.Read();

        peer.Write(ScriptedPeer.Push(1, 1, FrameFlags.None, 7), ScriptedPeer.Push(2, 2, FrameFlags.None, 8, 9), ScriptedPeer.Push(99, 3, FrameFlags.None, 1));
        Assert.False(first.IsCompleted || second.IsCompleted);
        peer.Write([.. requests.Select(static request => ScriptedPeer.AnswerTo(request, 5))]);

        Assert.Equal(LoadResult.Ok(1), ScriptedPeer.Completed(first));
        Assert.Equal(LoadResult.Ok(1), ScriptedPeer.Completed(second));
        Assert.Equal([7], Assert.Single(_sink.Arrived).List);
        Assert.Equal([8, 9], Assert.Single(other.Arrived).List);
        Assert.NotEqual(0, _sink.Arrived[0].ReceivedAt);
        Assert.Equal(_sink.Arrived[0].ReceivedAt, other.Arrived[0].ReceivedAt);
    }

    [Fact]
    public async Task A_push_that_asks_for_it_is_acknowledged_once_at_the_end_of_its_batch()
    {
        ScriptedPeer peer = await SubscribedAsync();
        peer.Write(
            ScriptedPeer.Push(1, 1, FrameFlags.AckNow, 1), ScriptedPeer.Push(1, 2, FrameFlags.AckNow, 1), ScriptedPeer.Push(1, 3, FrameFlags.None, 1));

        ReceivedFrame ack = Assert.Single(peer.Read());
        Assert.Equal(FrameKind.Ack, ack.Header.Kind);
        Assert.Equal(3u, BinaryPrimitives.ReadUInt64LittleEndian(ack.Body));
    }

    [Fact]
    public async Task Other_pushes_are_acknowledged_by_the_next_request_or_heartbeat_and_not_twice()
    {
        ScriptedPeer peer = await SubscribedAsync();
        peer.Write(ScriptedPeer.Push(1, 5, FrameFlags.None, 1));
        Assert.Empty(peer.Read());

        _ = peer.Client.SendAsync(Query).AsTask();
        ReceivedFrame request = Assert.Single(peer.Read());
        Assert.Equal((FrameFlags.CarriesAck, 5ul), (request.Header.Flags, request.Acknowledged));
        Assert.Equal([1, 2, 3], request.Body);

        peer.Write(ScriptedPeer.Push(1, 6, FrameFlags.None, 1));
        _ = peer.Client.HeartbeatAsync().AsTask();
        Assert.Equal(6u, BinaryPrimitives.ReadUInt64LittleEndian(Assert.Single(peer.Read()).Body.AsSpan(sizeof(ulong))));
        _ = peer.Client.SendAsync(Query).AsTask();
        Assert.Equal(FrameFlags.None, Assert.Single(peer.Read()).Header.Flags);
    }

    [Fact]
    public async Task Without_either_they_are_acknowledged_together_2_to_4_s_after_the_first()
    {
        ScriptedPeer peer = await SubscribedAsync();
        peer.Write(ScriptedPeer.Push(1, 1, FrameFlags.None, 1));
        peer.Time.Advance(TimeSpan.FromMilliseconds(1_990));
        peer.Write(ScriptedPeer.Push(1, 2, FrameFlags.None, 1));
        Assert.Empty(peer.Read());
        Assert.Equal(1, peer.Pacer.Waiting);
        peer.Time.Advance(TimeSpan.FromMilliseconds(2_010));

        ReceivedFrame ack = Assert.Single(peer.Read());
        Assert.Equal((FrameKind.Ack, 2ul), (ack.Header.Kind, BinaryPrimitives.ReadUInt64LittleEndian(ack.Body)));
        peer.Write(ScriptedPeer.Push(1, 3, FrameFlags.None, 1));
        peer.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(3u, BinaryPrimitives.ReadUInt64LittleEndian(Assert.Single(peer.Read()).Body));
        peer.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(peer.Read());
        Assert.Equal((0, 0), (peer.Pacer.Waiting, peer.Time.ArmedTimers));
    }

    [Fact]
    public async Task What_a_request_has_acknowledged_is_not_acknowledged_again_later()
    {
        ScriptedPeer peer = await SubscribedAsync();
        peer.Write(ScriptedPeer.Push(1, 1, FrameFlags.None, 1));
        _ = peer.Client.SendAsync(Query).AsTask();
        Assert.Equal(1u, Assert.Single(peer.Read()).Acknowledged);
        peer.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(peer.Read());
    }

    private async Task<ScriptedPeer> SubscribedAsync()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        ValueTask<LoadResult> subscribed = peer.Client.SubscribeAsync("s", _sink);
        peer.Answer(Assert.Single(peer.Read()), 1);
        Assert.True((ScriptedPeer.Completed(subscribed)).IsOk);
        return peer;
    }
}
