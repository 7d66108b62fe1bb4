using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>Streams against a bare peer, on one thread: what may begin, and what goes out when.</summary>
public sealed class OutboundStreamsTests : IDisposable
{
    private static readonly FrameHeader Header = StreamPeer.Response(ChunkFrames.Correlation);

    private readonly TransportResources _resources = new();
    private readonly List<StreamPeer> _peers = [];

    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        Assert.Equal(0, _resources.Blocks.Rented);
        Assert.Equal(0, _resources.SharedBodies.Count);
        Assert.Equal(0, _resources.Budget.UsedBytes);
    }

    [Theory]
    [ProtocolRule("T-10")]
    [InlineData(256 * 1024)]
    [InlineData(50_000)]
    [InlineData(5)]
    public void A_stream_stops_at_its_credit_and_goes_on_by_as_much_as_it_gets(int creditBytes)
    {
        StreamPeer peer = Connect(StreamLimits.Default with { CreditBytes = creditBytes });
        byte[] body = ChunkFrames.Noise(1_000_000, 1);
        byte[] prefix = ChunkFrames.Noise(PushPrefix.Size, 2);
        Assert.True(peer.Streams.TryBegin(Header, prefix, body, null));
        peer.ReadAll();
        Assert.Equal(creditBytes, peer.ReceivedBytes);
        peer.Streams.AddCredit(new CreditBody(77, 1_000_000));
        peer.Streams.AddCredit(new CreditBody(0, 1_000_000));
        peer.ReadAll();
        Assert.Equal(creditBytes, peer.ReceivedBytes);

        uint id = peer.Received[0].StreamId;
        peer.Streams.AddCredit(new CreditBody(id, 100));
        peer.ReadAll();
        Assert.Equal(creditBytes + 100, peer.ReceivedBytes);
        peer.Streams.AddCredit(new CreditBody(id, uint.MaxValue));
        peer.ReadAll();
        Assert.Equal([.. prefix, .. body], peer.Chunks.SelectMany(chunk => chunk.Piece));
        Assert.Equal(1_000_000 + prefix.Length, peer.Streams.SentBytes);
        Assert.Equal(0, peer.Streams.Open);
    }

    [Fact]
    [ProtocolRule("T-4", "T-5")]
    public void Every_chunk_is_small_and_only_the_last_one_ends_the_stream()
    {
        StreamPeer peer = Connect(StreamLimits.Default);
        byte[] prefix = new byte[PushPrefix.Size];
        peer.Streams.TryBegin(Header, prefix, new byte[200_000], null);
        peer.ReadAll();
        Assert.Equal(200_000 + prefix.Length, peer.ReceivedBytes);
        Assert.All(peer.Received, chunk => Assert.InRange(chunk.Piece.Length, 1, WireLimits.MaximumChunkBytes));
        Assert.All(peer.Received, chunk => Assert.Equal(200_000UL + PushPrefix.Size, chunk.Chunk!.Value.TotalBytes));
        Assert.Equal(peer.Received.Count - 1, peer.Received.FindIndex(chunk => chunk.Last));
    }

    [Fact]
    public void Another_frame_never_waits_behind_more_than_the_mark_and_a_chunk()
    {
        StreamPeer peer = Connect(StreamLimits.Default);
        peer.Streams.TryBegin(Header, [], new byte[5 * 1024 * 1024], null);
        int frameBytes = FrameHeader.Size + ChunkPrefix.Size + WireLimits.MaximumChunkBytes;
        for (int i = 0; i < 20; i++)
        {
            Assert.InRange(peer.Connection.Outbound.QueuedBytes, 0, _resources.Limits.HighWaterMarkBytes + frameBytes);
            peer.ReadOnce();
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(3)]
    public void Streams_take_turns_and_one_more_than_the_limit_is_refused(int streams)
    {
        const int Bytes = 160_000;
        StreamPeer peer = Connect(StreamLimits.Default with { Streams = streams });
        peer.MakeBehind();
        int[] ended = new int[streams];
        for (int i = 0; i < ended.Length; i++)
        {
            int n = i;
            Assert.True(peer.Streams.TryBegin(Header, [(byte)i], new byte[Bytes], _ => ended[n]++));
        }

        Assert.False(peer.Streams.TryBegin(Header, [], new byte[1], _ => Assert.Fail("refused")));
        Assert.Equal(0, ended.Sum());
        peer.ReadAll();
        Assert.All(ended, times => Assert.Equal(1, times));
        Assert.Equal(0, peer.Streams.Open);

        Dictionary<uint, int> pieces = [];
        foreach (StreamFrame chunk in peer.Received)
        {
            pieces[chunk.StreamId] = pieces.GetValueOrDefault(chunk.StreamId) + 1;
            if (pieces.Count == ended.Length && !chunk.Last)
            {
                Assert.InRange(pieces.Values.Max() - pieces.Values.Min(), 0, 2);
            }
        }

        Assert.Equal(ended.Length * (Bytes + 1), peer.ReceivedBytes);
        Assert.True(peer.Streams.TryBegin(Header, [], new byte[1], null));
        peer.ReadAll();
    }

    [Fact]
    [ProtocolRule("T-8")]
    public void The_announced_totals_of_all_open_streams_stay_within_the_limit()
    {
        StreamPeer peer = Connect(StreamLimits.Default with { Bytes = 1_000 });
        peer.MakeBehind();
        Assert.True(peer.Streams.TryBegin(Header, new byte[8], new byte[592], null));
        Assert.False(peer.Streams.TryBegin(Header, new byte[8], new byte[393], null));
        Assert.True(peer.Streams.TryBegin(Header, new byte[8], new byte[392], null));
        Assert.False(peer.Streams.TryBegin(Header, [], new byte[1], null));
        Assert.True(peer.Streams.TryBegin(Header, [], default, null));
        peer.ReadAll();
        Assert.True(peer.Streams.TryBegin(Header, [], new byte[1_000], null));
        peer.ReadAll();
        Assert.Equal(2_000, peer.ReceivedBytes);
    }

    [Fact]
    [ProtocolRule("T-8", "C-14")]
    public void Whoever_was_refused_may_begin_when_another_stream_has_ended()
    {
        StreamPeer peer = Connect(StreamLimits.Default with { Bytes = 150_000 });
        Queue<byte[]> waiting = new([.. Enumerable.Range(0, 20).Select(i => ChunkFrames.Noise(100_000, i))]);
        int ended = 0;
        void BeginNext(ulong _)
        {
            while (waiting.TryPeek(out byte[]? next) && peer.Streams.TryBegin(Header, [], next, CountAndBeginNext))
            {
                waiting.Dequeue();
            }
        }

        void CountAndBeginNext(ulong sequence)
        {
            ended++;
            BeginNext(sequence);
        }

        BeginNext(0);
        Assert.Equal(1, peer.Streams.Open);
        peer.ReadAll();
        Assert.Equal(20, ended);
        Assert.Equal(20 * 100_000, peer.ReceivedBytes);
    }

    [Fact]
    [ProtocolRule("T-9")]
    public void A_message_beyond_the_limit_never_fits()
    {
        // Never read: only its length counts.
        byte[] body = GC.AllocateUninitializedArray<byte>(WireLimits.MaximumStreamBytes);
        StreamPeer peer = Connect(StreamLimits.Default);
        Assert.True(peer.Streams.Fits(body.Length));
        Assert.False(peer.Streams.Fits(body.Length + 1L));
        Assert.False(peer.Streams.TryBegin(Header, [1], body, null));
    }

    [Fact]
    [ProtocolRule("T-6")]
    public void Ids_grow_in_the_order_of_first_pieces()
    {
        StreamPeer peer = Connect(StreamLimits.Default);
        Random random = new(4711);
        for (int i = 0; i < 200; i++)
        {
            peer.Streams.TryBegin(StreamPeer.Response((ulong)i), [], new byte[random.Next(1, 100_000)], null);
            if (random.Next(3) == 0)
            {
                peer.Streams.Cancel(FrameKind.Response, (ulong)(i - random.Next(3)), StreamResetCode.Cancelled);
            }

            for (int n = random.Next(4); n > 0; n--)
            {
                peer.ReadOnce();
            }
        }

        peer.ReadAll();
        uint[] firsts = [.. peer.Chunks.Select(chunk => chunk.StreamId).Distinct()];
        Assert.True(firsts.Length > 50, $"{firsts.Length} streams");
        Assert.Equal(Enumerable.Range(1, firsts.Length).Select(id => (uint)id), firsts);
    }

    [Fact]
    public void A_queue_of_exactly_the_mark_does_not_stall_a_stream()
    {
        StreamPeer peer = Connect(StreamLimits.Default);
        byte[] body = new byte[_resources.Limits.HighWaterMarkBytes - FrameHeader.Size];
        peer.Connection.Send(new FrameHeader((uint)body.Length, FrameKind.Response, FrameFlags.None, MessageType.Query, 1), [], body);
        Assert.Equal(_resources.Limits.HighWaterMarkBytes, peer.Connection.Outbound.QueuedBytes);
        Assert.False(peer.Connection.Outbound.IsAboveHighWaterMark);
        bool sent = false;
        peer.Streams.TryBegin(Header, [], new byte[100_000], _ => sent = true);
        peer.ReadAll();
        Assert.True(sent);
        Assert.Equal(100_000, peer.ReceivedBytes);
    }

    [Fact]
    public void An_empty_message_is_one_chunk()
    {
        StreamPeer peer = Connect(StreamLimits.Default);
        peer.Streams.TryBegin(Header, [], default, null);
        peer.ReadAll();
        StreamFrame chunk = Assert.Single(peer.Received);
        Assert.Equal(0UL, chunk.Chunk!.Value.TotalBytes);
        Assert.Empty(chunk.Piece);
        Assert.True(chunk.Last);
    }

    [Fact]
    public void A_chunk_costs_no_allocation()
    {
        StreamPeer peer = Connect(StreamLimits.Default);
        peer.Streams.TryBegin(Header, [], GC.AllocateUninitializedArray<byte>(128 * 1024 * 1024), null);
        peer.DiscardAll();
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                peer.Streams.AddCredit(new CreditBody(1, 10 * WireLimits.MaximumChunkBytes));
                peer.DiscardAll();
            }
        });
        Assert.Equal(1, peer.Streams.Open);
    }

    private StreamPeer Connect(StreamLimits limits)
    {
        StreamPeer peer = new(_resources, limits);
        _peers.Add(peer);
        return peer;
    }
}
