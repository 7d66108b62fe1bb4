using System.Buffers.Binary;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Tests.Targets.Native;

/// <summary>What the server is told of the pushes that were taken in.</summary>
public sealed class AcknowledgementTests
{
    private const ulong NobodysSubscription = 99;

    private static readonly PreparedRequest Query = new NativeRequest(MessageType.Query, [1, 2, 3]);

    [Fact]
    public async Task Pushes_that_ask_for_it_are_acknowledged_once_at_the_end_of_their_batch()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        peer.Write(Push(FrameFlags.AckNow), Push(FrameFlags.AckNow), Push(FrameFlags.None));

        AssertAcknowledged(3, peer);
    }

    [Fact]
    public async Task Other_pushes_are_counted_and_not_acknowledged_whatever_is_sent_next()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        peer.Write(Push(FrameFlags.None), Push(FrameFlags.None));
        Assert.Empty(peer.Read());

        _ = peer.Client.SendAsync(Query).AsTask();
        _ = peer.Client.HeartbeatAsync().AsTask();
        Assert.Equal([(FrameKind.Request, 3), (FrameKind.Ping, UInt64Body.Size)], peer.Read().Select(static frame => (frame.Kind, frame.Body.Length)));

        peer.Write(Push(FrameFlags.AckNow));
        AssertAcknowledged(3, peer);
    }

    [Fact]
    public async Task Pushes_of_unknown_type_and_of_no_subscription_count_too()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        peer.Write(
            ScriptedPeer.Push(MessageType.NodeInfoPush, 0, FrameFlags.None),
            ScriptedPeer.Push((MessageType)200, NobodysSubscription, FrameFlags.None),
            Push(FrameFlags.AckNow));

        AssertAcknowledged(3, peer);
    }

    [Fact]
    public async Task A_push_in_pieces_counts_with_its_last_piece()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        byte[] half = new byte[PushPrefix.Size];
        peer.Write(ScriptedPeer.Chunk(1, NobodysSubscription, FrameFlags.None, 2 * half.Length, half), Push(FrameFlags.AckNow));
        AssertAcknowledged(1, peer);

        peer.Write(ScriptedPeer.Chunk(1, NobodysSubscription, FrameFlags.EndOfStream, 2 * half.Length, half));
        AssertAcknowledged(2, peer);
    }

    [Fact]
    public async Task A_push_whose_stream_was_reset_does_not_count()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        byte[] half = new byte[PushPrefix.Size];
        byte[] reset = new byte[StreamResetBody.Size];
        new StreamResetBody(1, StreamResetCode.Unsubscribed).Write(reset);
        peer.Write(
            ScriptedPeer.Chunk(1, NobodysSubscription, FrameFlags.None, 2 * half.Length, half),
            ScriptedPeer.Frame(new FrameHeader(0, FrameKind.StreamReset, FrameFlags.None, MessageType.None, 0), reset),
            ScriptedPeer.Chunk(2, NobodysSubscription, FrameFlags.EndOfStream, half.Length, half));

        AssertAcknowledged(1, peer);
        Assert.True(peer.Client.IsOpen);
    }

    private static byte[] Push(FrameFlags flags) => ScriptedPeer.Push(NobodysSubscription, flags, 1);

    private static void AssertAcknowledged(ulong taken, ScriptedPeer peer)
    {
        ReceivedFrame ack = Assert.Single(peer.Read());
        Assert.Equal((FrameKind.Ack, taken), (ack.Kind, BinaryPrimitives.ReadUInt64LittleEndian(ack.Body)));
    }
}
