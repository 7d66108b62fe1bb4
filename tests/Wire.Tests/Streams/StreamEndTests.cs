using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>How streams end at their sender: sent, reset by either side, or closed with the connection; and what is given back then.</summary>
public sealed class StreamEndTests : IDisposable
{
    private const int LargeBytes = 1_000_000;

    private readonly TransportResources _resources = new(null, new OutboundBudget(long.MaxValue));
    private readonly List<StreamPeer> _peers = [];
    private readonly List<(ulong Correlation, ulong Sequence)> _ended = [];

    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        Assert.Equal(0, _resources.Blocks.Rented);
        Assert.Equal(0, _resources.SharedBodies.Count);
        Assert.Equal(0, _resources.Budget.UsedBytes);
    }

    [Fact]
    [ProtocolRule("T-12")]
    public void A_stream_that_the_receiver_resets_ends_at_once_and_the_others_go_on()
    {
        StreamPeer peer = Connect();
        Begin(peer, StreamPeer.Response(1), new byte[LargeBytes]);
        Begin(peer, StreamPeer.Push(2), new byte[200_000]);
        peer.ReadOnce();
        long inChain = peer.Connection.Outbound.QueuedBytes;
        peer.Streams.Reset(new StreamResetBody(1, StreamResetCode.Cancelled));
        Assert.Equal((1UL, 0UL), Assert.Single(_ended));
        Assert.Equal(1, peer.Streams.Open);

        int before = BytesOf(peer, 1);
        peer.ReadAll();
        Assert.InRange(BytesOf(peer, 1) - before, 0, inChain);
        Assert.DoesNotContain(peer.Received, frame => frame.StreamId == 1 && (frame.Last || frame.Reset is not null));
        Assert.Equal(200_000, BytesOf(peer, 2));
        Assert.Equal([(1UL, 0UL), (2UL, 1UL)], _ended);
    }

    [Fact]
    [ProtocolRule("T-13")]
    public void A_reset_stream_makes_room_for_another()
    {
        StreamPeer peer = Connect(new StreamLimits(2, LargeBytes + 1, 1_000));
        Begin(peer, StreamPeer.Response(1), new byte[LargeBytes]);
        Begin(peer, StreamPeer.Response(2), new byte[1]);
        peer.MakeBehind();
        Begin(peer, StreamPeer.Response(3), default);
        Assert.False(peer.Streams.TryBegin(StreamPeer.Response(4), [], default, null));
        peer.Streams.Reset(new StreamResetBody(1, StreamResetCode.Cancelled));
        Begin(peer, StreamPeer.Response(5), new byte[LargeBytes]);
        peer.ReadAll();
        Assert.Equal(1, peer.Streams.Open);
    }

    [Fact]
    [ProtocolRule("T-12")]
    public void A_reset_or_credit_for_a_stream_that_is_not_open_is_ignored()
    {
        StreamPeer peer = Connect();
        peer.MakeBehind();
        Begin(peer, StreamPeer.Response(1), new byte[LargeBytes]);
        peer.Streams.Reset(new StreamResetBody(0, StreamResetCode.Cancelled));
        peer.Streams.Reset(new StreamResetBody(1, StreamResetCode.Cancelled));
        peer.Streams.Reset(new StreamResetBody(99, (StreamResetCode)77));
        peer.ReadAll();
        peer.Streams.AddCredit(new CreditBody(1, LargeBytes));
        peer.ReadAll();
        peer.Streams.Reset(new StreamResetBody(1, StreamResetCode.Cancelled));
        Assert.Equal((1UL, 0UL), Assert.Single(_ended));
        Assert.Equal(LargeBytes, peer.ReceivedBytes);
    }

    [Theory]
    [InlineData(FrameKind.Response, StreamResetCode.Cancelled)]
    [InlineData(FrameKind.Push, StreamResetCode.Unsubscribed)]
    public void A_stream_that_the_sender_gives_up_is_reset_behind_its_pieces(FrameKind kind, StreamResetCode code)
    {
        StreamPeer peer = Connect();
        Begin(peer, StreamPeer.Response(7) with { Kind = kind }, new byte[LargeBytes]);
        Begin(peer, StreamPeer.Response(8), new byte[100_000]);
        peer.ReadOnce();
        Assert.True(peer.Connection.Outbound.IsAboveHighWaterMark);
        Assert.True(peer.Streams.Cancel(kind, 7, code));
        Assert.Equal((7UL, 0UL), Assert.Single(_ended));
        Assert.False(peer.Streams.Cancel(kind, 7, code));

        peer.ReadAll();
        StreamFrame last = peer.Received.Last(frame => frame.StreamId == 1);
        Assert.Equal(new StreamResetBody(1, code), last.Reset);
        Assert.Single(peer.Received, frame => frame.Reset is not null);
        Assert.InRange(BytesOf(peer, 1), 1, 2 * _resources.Limits.HighWaterMarkBytes);
        Assert.Equal(100_000, BytesOf(peer, 2));
    }

    [Fact]
    public void A_stream_of_which_nothing_was_sent_is_given_up_without_a_word()
    {
        StreamPeer peer = Connect();
        peer.MakeBehind();
        Begin(peer, StreamPeer.Push(7), new byte[LargeBytes]);
        Begin(peer, StreamPeer.Response(7), new byte[100_000]);
        Assert.True(peer.Streams.Cancel(FrameKind.Push, 7, StreamResetCode.Unsubscribed));
        peer.ReadAll();
        Assert.Equal(100_000, peer.ReceivedBytes);
        Assert.All(peer.Received, frame => Assert.Equal(1U, frame.StreamId));
        Assert.DoesNotContain(peer.Received, frame => frame.Reset is not null);
        Assert.False(peer.Streams.Cancel(FrameKind.Response, 7, StreamResetCode.Cancelled));
    }

    [Fact]
    public void A_reset_does_not_overtake_pieces_that_another_thread_is_about_to_append()
    {
        StreamPeer peer = Connect(StreamLimits.Default with { CreditBytes = 1_000 });
        Begin(peer, StreamPeer.Push(1), new byte[LargeBytes]);
        peer.ReadAll();
        Thread pumping = new(() => peer.Streams.AddCredit(new CreditBody(1, 50_000)));

        // The chain is its own lock: whoever holds it stops the pumping thread between collecting its pieces and appending them.
        lock (peer.Connection.Outbound)
        {
            pumping.Start();
            Eventually.True(() => peer.Streams.SentBytes > 1_000);
            Assert.True(peer.Streams.Cancel(FrameKind.Push, 1, StreamResetCode.Unsubscribed));
            Assert.Equal((1UL, 0UL), Assert.Single(_ended));
        }

        pumping.Join();
        peer.ReadAll();
        Assert.Equal(51_000, peer.ReceivedBytes);
        Assert.Equal(new StreamResetBody(1, StreamResetCode.Unsubscribed), peer.Received[^1].Reset);
        Assert.Single(peer.Received, frame => frame.Reset is not null);
    }

    [Fact]
    [ProtocolRule("A-1")]
    public void A_push_takes_its_number_with_its_last_chunk()
    {
        StreamPeer peer = Connect();
        Begin(peer, StreamPeer.Push(1), new byte[LargeBytes]);
        Begin(peer, StreamPeer.Response(2), new byte[100_000]);
        Begin(peer, StreamPeer.Push(3), new byte[LargeBytes]);
        peer.ReadAll();
        FrameHeader small = StreamPeer.Push(4) with { BodyLength = PushPrefix.Size };
        Assert.Equal(AppendOutcome.Appended, peer.Connection.TryPush(small, 0, default, out ulong first));
        Assert.Equal(1UL, first);

        peer.Streams.AddCredit(new CreditBody(3, LargeBytes));
        peer.ReadAll();
        Assert.Equal(AppendOutcome.Appended, peer.Connection.TryPush(small, 0, default, out ulong third));
        Assert.Equal(3UL, third);
        peer.Streams.Cancel(FrameKind.Push, 1, StreamResetCode.Unsubscribed);
        Assert.Equal(AppendOutcome.Appended, peer.Connection.TryPush(small, 0, default, out ulong fourth));
        Assert.Equal(4UL, fourth);
        Assert.Equal([(2UL, 0UL), (3UL, 2UL), (1UL, 0UL)], _ended);
    }

    [Fact]
    public void A_connection_that_ends_amid_streams_lets_go_of_everything()
    {
        StreamPeer peer = Connect();
        Begin(peer, StreamPeer.Response(1), new byte[LargeBytes]);
        Begin(peer, StreamPeer.Push(2), new byte[LargeBytes]);
        peer.ReadOnce();
        Assert.True(_resources.Budget.UsedBytes >= 2 * LargeBytes);
        peer.Abort();
        AssertNothingHeld(peer);
        Assert.Equal([(1UL, 0UL), (2UL, 0UL)], _ended);

        Begin(peer, StreamPeer.Push(3), new byte[LargeBytes]);
        AssertNothingHeld(peer);
        Assert.Equal((3UL, 0UL), _ended[^1]);
        peer.Streams.Close();
        peer.Streams.AddCredit(new CreditBody(1, LargeBytes));
        peer.Streams.Reset(new StreamResetBody(1, StreamResetCode.Cancelled));
        Assert.False(peer.Streams.Cancel(FrameKind.Response, 1, StreamResetCode.Cancelled));
        Assert.Equal(3, _ended.Count);
        AssertNothingHeld(peer);
    }

    [Fact]
    public void A_connection_that_closes_when_all_is_sent_begins_no_stream_any_more()
    {
        StreamPeer peer = Connect();
        Begin(peer, StreamPeer.Push(1), new byte[LargeBytes]);
        peer.Connection.CloseAfterSending(CloseReason.Aborted);
        Begin(peer, StreamPeer.Push(2), new byte[LargeBytes]);
        Assert.Equal((2UL, 0UL), Assert.Single(_ended));
        peer.Streams.Pump();
        Assert.Equal([(2UL, 0UL), (1UL, 0UL)], _ended);
        Assert.Equal(0, _resources.SharedBodies.Count);
    }

    [Fact]
    public void A_body_counts_once_in_the_budget_until_the_last_connection_is_done_with_it()
    {
        byte[] body = new byte[LargeBytes];
        StreamPeer[] peers = [Connect(), Connect(), Connect(), Connect()];
        foreach (StreamPeer peer in peers)
        {
            Begin(peer, StreamPeer.Push(1), body);
            peer.ReadAll();
        }

        Assert.Equal(LargeBytes, _resources.Budget.UsedBytes);
        Begin(peers[0], StreamPeer.Push(2), new byte[LargeBytes]);
        peers[0].ReadAll();
        Assert.Equal(2 * LargeBytes, _resources.Budget.UsedBytes);
        peers[0].Streams.Cancel(FrameKind.Push, 2, StreamResetCode.Unsubscribed);
        peers[0].ReadAll();
        Assert.Equal(LargeBytes, _resources.Budget.UsedBytes);

        peers[0].Streams.Cancel(FrameKind.Push, 1, StreamResetCode.Unsubscribed);
        peers[1].Streams.Reset(new StreamResetBody(1, StreamResetCode.Cancelled));
        peers[2].Abort();
        peers[0].ReadAll();
        Assert.Equal(LargeBytes, _resources.Budget.UsedBytes);
        Assert.Equal(1, _resources.SharedBodies.Count);
        peers[3].Streams.AddCredit(new CreditBody(1, LargeBytes));
        peers[3].ReadAll();
        Assert.Equal(0, _resources.Budget.UsedBytes);
        Assert.Equal(5, _ended.Count);
    }

    [Fact]
    public void A_callback_that_fails_does_not_keep_what_the_other_streams_hold()
    {
        StreamPeer peer = Connect();
        Assert.True(peer.Streams.TryBegin(StreamPeer.Push(1), [], new byte[LargeBytes], _ => throw new InvalidOperationException("no")));
        Begin(peer, StreamPeer.Push(2), new byte[LargeBytes]);
        peer.Abort();
        AssertNothingHeld(peer);
    }

    [Fact]
    public void Streams_that_begin_beside_the_end_of_their_connection_end_once_each()
    {
        byte[] body = new byte[300_000];
        for (int round = 0; round < 300; round++)
        {
            (PipeConnection server, PipeConnection client) = InMemoryTransport.CreatePair(_resources);
            OutboundStreams streams = new(server, StreamLimits.Default);
            int begun = 0;
            int ended = 0;
            server.Start(new Transport.TestHandler(server, Transport.TestHandler.Swallow) { WhenDrained = streams.Pump, WhenClosed = streams.Close });
            client.Start(new Transport.TestHandler(client, Transport.TestHandler.Swallow));
            Parallel.For(0, 4, thread =>
            {
                if (thread == 0)
                {
                    server.Abort(CloseReason.Aborted);
                    return;
                }

                for (int i = 0; i < 10; i++)
                {
                    if (streams.TryBegin(StreamPeer.Push((ulong)thread), [], body, _ => Interlocked.Increment(ref ended)))
                    {
                        Interlocked.Increment(ref begun);
                    }

                    streams.Cancel(FrameKind.Push, 2, StreamResetCode.Unsubscribed);
                }
            });
            client.Abort(CloseReason.Aborted);
            Eventually.True(() => Volatile.Read(ref ended) == begun && streams.Open == 0);
            Eventually.True(() => _resources.Budget.UsedBytes == 0 && _resources.SharedBodies.Count == 0);
        }
    }

    private static int BytesOf(StreamPeer peer, uint stream) => peer.Chunks.Where(chunk => chunk.StreamId == stream).Sum(chunk => chunk.Piece.Length);

    private StreamPeer Connect() => Connect(StreamLimits.Default);

    private StreamPeer Connect(StreamLimits limits)
    {
        StreamPeer peer = new(_resources, limits);
        _peers.Add(peer);
        return peer;
    }

    private void Begin(StreamPeer peer, FrameHeader header, byte[]? body) =>
        Assert.True(peer.Streams.TryBegin(header, [], body, sequence => _ended.Add((header.CorrelationId, sequence))));

    private void AssertNothingHeld(StreamPeer peer)
    {
        Assert.Equal(0, peer.Streams.Open);
        Assert.Equal(0, peer.Connection.Outbound.QueuedBytes);
        Assert.Equal(0, _resources.SharedBodies.Count);
        Assert.Equal(0, _resources.Budget.UsedBytes);
    }
}
