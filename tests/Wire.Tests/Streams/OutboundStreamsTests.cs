using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Tests.Transport;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>Streams against a bare peer, on one thread: what goes out when.</summary>
public sealed class OutboundStreamsTests : IDisposable
{
    private static readonly FrameHeader Header = new(0, FrameKind.Response, FrameFlags.None, MessageType.Query, ChunkFrames.Correlation);

    private readonly TransportResources _resources = new();
    private readonly PumpedScheduler _pump = new();
    private readonly PipeConnection _connection;
    private readonly IDuplexPipe _peer;
    private readonly OutboundStreams _streams;
    private readonly List<(ChunkPrefix Prefix, byte[] Piece, bool Last)> _chunks = [];

    public OutboundStreamsTests()
    {
        // A peer with next to no buffer: what it has not read waits in the chain.
        (_connection, _peer) = InMemoryTransport.CreateWithBarePeer(_resources, _pump, capacityBytes: 2);
        _streams = new OutboundStreams(_connection);
        TestHandler handler = new(_connection, TestHandler.Swallow) { WhenDrained = _streams.Pump };
        _connection.Start(handler);
        _pump.RunAll();
    }

    public void Dispose()
    {
        _connection.Abort(CloseReason.Aborted);
        _peer.Input.Complete();
        _peer.Output.Complete();
        _pump.RunAll();
        Assert.Equal(0, _resources.Blocks.Rented);
        Assert.Equal(0, _resources.Budget.UsedBytes);
    }

    [Fact]
    public void A_stream_stops_at_its_credit_and_goes_on_by_as_much_as_it_gets()
    {
        byte[] body = ChunkFrames.Noise(1_000_000, 1);
        Assert.True(_streams.TryBegin(Header, [], body));
        ReadAll();
        Assert.Equal(WireLimits.InitialStreamCreditBytes, ReceivedBytes);
        _streams.AddCredit(new CreditBody(77, 1_000_000));
        ReadAll();
        Assert.Equal(WireLimits.InitialStreamCreditBytes, ReceivedBytes);

        uint id = _chunks[0].Prefix.StreamId;
        _streams.AddCredit(new CreditBody(id, 100));
        ReadAll();
        Assert.Equal(WireLimits.InitialStreamCreditBytes + 100, ReceivedBytes);
        _streams.AddCredit(new CreditBody(id, uint.MaxValue));
        ReadAll();
        Assert.Equal(body, _chunks.SelectMany(chunk => chunk.Piece));
        Assert.Equal(0, _streams.Open);
    }

    [Fact]
    public void Every_chunk_is_small_and_only_the_last_one_ends_the_stream()
    {
        byte[] prefix = new byte[PushPrefix.Size];
        _streams.TryBegin(Header, prefix, new byte[200_000]);
        ReadAll();
        Assert.Equal(200_000 + prefix.Length, ReceivedBytes);
        Assert.All(_chunks, chunk => Assert.InRange(chunk.Piece.Length, 1, WireLimits.MaximumChunkBytes));
        Assert.All(_chunks, chunk => Assert.Equal(200_000UL + PushPrefix.Size, chunk.Prefix.TotalBytes));
        Assert.Equal(_chunks.Count - 1, _chunks.FindIndex(chunk => chunk.Last));
    }

    [Fact]
    public void Another_frame_never_waits_behind_more_than_the_mark_and_a_chunk()
    {
        _streams.TryBegin(Header, [], new byte[5 * 1024 * 1024]);
        int frameBytes = FrameHeader.Size + ChunkPrefix.Size + WireLimits.MaximumChunkBytes;
        for (int i = 0; i < 20; i++)
        {
            Assert.InRange(_connection.Outbound.QueuedBytes, 0, _resources.Limits.HighWaterMarkBytes + frameBytes);
            ReadOnce();
        }
    }

    [Fact]
    public void Sixteen_streams_take_turns_and_a_seventeenth_is_refused()
    {
        const int Bytes = 160_000;
        MakeBehind();
        int[] sent = new int[WireLimits.MaximumOpenStreams];
        for (int i = 0; i < sent.Length; i++)
        {
            int n = i;
            Assert.True(_streams.TryBegin(Header, [(byte)i], new byte[Bytes], () => sent[n]++));
        }

        Assert.False(_streams.TryBegin(Header, [], new byte[1]));
        Assert.Equal(0, sent.Sum());
        ReadAll();
        Assert.All(sent, times => Assert.Equal(1, times));
        Assert.Equal(0, _streams.Open);

        Dictionary<uint, int> pieces = [];
        foreach ((ChunkPrefix prefix, _, bool last) in _chunks)
        {
            pieces[prefix.StreamId] = pieces.GetValueOrDefault(prefix.StreamId) + 1;
            if (pieces.Count == sent.Length && !last)
            {
                Assert.InRange(pieces.Values.Max() - pieces.Values.Min(), 0, 2);
            }
        }

        Assert.Equal(sent.Length * (Bytes + 1), ReceivedBytes);
        Assert.True(_streams.TryBegin(Header, [], new byte[1]));
        ReadAll();
    }

    [Fact]
    public void A_message_beyond_the_limit_is_refused()
    {
        // Never read: only its length counts.
        byte[] body = GC.AllocateUninitializedArray<byte>(WireLimits.MaximumStreamBytes);
        Assert.False(_streams.TryBegin(Header, [1], body));
    }

    [Fact]
    public void A_queue_of_exactly_the_mark_does_not_stall_a_stream()
    {
        byte[] body = new byte[_resources.Limits.HighWaterMarkBytes - FrameHeader.Size];
        _connection.Send(new FrameHeader((uint)body.Length, FrameKind.Response, FrameFlags.None, MessageType.Query, 1), [], body);
        Assert.Equal(_resources.Limits.HighWaterMarkBytes, _connection.Outbound.QueuedBytes);
        Assert.False(_connection.Outbound.IsAboveHighWaterMark);
        bool sent = false;
        _streams.TryBegin(Header, [], new byte[100_000], () => sent = true);
        ReadAll();
        Assert.True(sent);
        Assert.Equal(100_000, ReceivedBytes);
    }

    [Fact]
    public void An_empty_message_is_one_chunk()
    {
        _streams.TryBegin(Header, [], default);
        ReadAll();
        (ChunkPrefix prefix, byte[] piece, bool last) = Assert.Single(_chunks);
        Assert.Equal(0UL, prefix.TotalBytes);
        Assert.Empty(piece);
        Assert.True(last);
    }

    [Fact]
    public void A_connection_that_ends_amid_streams_lets_go_of_everything()
    {
        int sent = 0;
        _streams.TryBegin(Header, [], new byte[1_000_000], () => sent++);
        _streams.TryBegin(Header, [], new byte[1_000_000], () => sent++);
        ReadOnce();
        _connection.Abort(CloseReason.Aborted);
        _pump.RunAll();
        _streams.AddCredit(new CreditBody(1, 1_000_000));
        Assert.Equal(0, _streams.Open);
        Assert.Equal(0, _connection.Outbound.QueuedBytes);
        _streams.TryBegin(Header, [], new byte[1_000_000], () => sent++);
        Assert.Equal(0, _streams.Open);
        Assert.Equal(0, sent);
    }

    private int ReceivedBytes => _chunks.Sum(chunk => chunk.Piece.Length);

    private void MakeBehind()
    {
        byte[] body = new byte[80_000];
        _connection.Send(new FrameHeader((uint)body.Length, FrameKind.Response, FrameFlags.None, MessageType.Query, 1), [], body);
        Assert.True(_connection.Outbound.IsAboveHighWaterMark);
    }

    private void ReadAll()
    {
        while (ReadOnce())
        {
        }
    }

    /// <summary>Takes what the pipe holds; false when nothing came.</summary>
    private bool ReadOnce()
    {
        _pump.RunAll();
        if (!_peer.Input.TryRead(out ReadResult read))
        {
            return false;
        }

        ReadOnlySequence<byte> rest = read.Buffer;
        while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            if (frame.Header.Kind == FrameKind.Chunk)
            {
                byte[] body = frame.Body.ToArray();
                _chunks.Add((ChunkPrefix.Read(body), body[ChunkPrefix.Size..], (frame.Header.Flags & FrameFlags.EndOfStream) != 0));
            }
        }

        _peer.Input.AdvanceTo(rest.Start, rest.End);
        _pump.RunAll();
        return true;
    }
}
