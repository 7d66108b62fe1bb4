using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Streams;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>Streams that either side gives up, at their receiver.</summary>
public sealed class StreamCancelTests
{
    private static readonly StreamLimits Limits = new(Streams: 4, Bytes: 1_000, CreditBytes: 10);

    private readonly StreamAssembler _assembler = new(Limits);

    [Theory]
    [ProtocolRule("T-13")]
    [InlineData(FrameKind.Response, StreamResetCode.Cancelled)]
    [InlineData(FrameKind.Push, StreamResetCode.Unsubscribed)]
    public void Late_chunks_of_a_cancelled_stream_are_dropped_and_get_no_credit(FrameKind kind, StreamResetCode code)
    {
        ChunkPrefix prefix = ChunkFrames.Prefix(7, 900, kind);
        Assert.Equal(StreamOutcome.Incomplete, Add(prefix, 1));
        FrameKind other = kind == FrameKind.Push ? FrameKind.Response : FrameKind.Push;
        Assert.False(_assembler.TryCancel(other, ChunkFrames.Correlation, out _));
        Assert.False(_assembler.TryCancel(kind, ChunkFrames.Correlation + 1, out _));
        Assert.True(_assembler.TryCancel(kind, ChunkFrames.Correlation, out StreamResetBody reset));
        Assert.Equal(new StreamResetBody(7, code), reset);
        Assert.False(_assembler.TryCancel(kind, ChunkFrames.Correlation, out _));
        Assert.Equal(0, _assembler.Open);

        Frame late = ChunkFrames.Chunk(prefix, new byte[800], last: false);
        Assert.Equal(StreamOutcome.Incomplete, _assembler.Add(late, out _, out _, out CreditBody? credit));
        Assert.Null(credit);

        // The sender has counted a push that it has sent to its end, so the receiver is told of it.
        Frame end = ChunkFrames.Chunk(prefix, new byte[99], last: true);
        Assert.Equal(StreamOutcome.Dropped, _assembler.Add(end, out FrameHeader header, out ReadOnlyMemory<byte> body, out credit));
        Assert.Equal(new FrameHeader(0, kind, FrameFlags.None, MessageType.Query, ChunkFrames.Correlation), header);
        Assert.True(body.IsEmpty && credit is null);
        Assert.Equal(0, _assembler.Open);

        // Its end was seen: nothing may follow it.
        Assert.Equal(StreamOutcome.Violation, Add(prefix, 1));
    }

    [Fact]
    [ProtocolRule("T-13")]
    public void A_cancelled_stream_makes_room_for_another()
    {
        Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(1, 1_000), 1));
        Assert.True(_assembler.TryCancel(FrameKind.Response, ChunkFrames.Correlation, out _));
        Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(2, 1_000), 999));
        Assert.Equal(StreamOutcome.Complete, Add(ChunkFrames.Prefix(2, 1_000), 1, last: true));
    }

    [Fact]
    [ProtocolRule("T-12", "T-13")]
    public void A_stream_that_its_sender_resets_is_forgotten_and_makes_room()
    {
        Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(1, 1_000), 1));
        Assert.True(_assembler.Reset(1, out FrameKind kind, out ulong correlation));
        Assert.Equal((FrameKind.Response, ChunkFrames.Correlation), (kind, correlation));
        Assert.False(_assembler.Reset(1, out kind, out correlation));
        Assert.Equal((FrameKind.None, 0UL), (kind, correlation));
        Assert.False(_assembler.Reset(99));
        Assert.Equal(0, _assembler.Open);
        Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(2, 1_000), 1));
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1, 1_000), 1));
    }

    [Fact]
    public void Both_sides_may_give_up_at_once()
    {
        Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(1, 1_000), 1));
        Assert.True(_assembler.TryCancel(FrameKind.Response, ChunkFrames.Correlation, out _));
        Assert.False(_assembler.Reset(1));
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1, 1_000), 1));
    }

    [Theory]
    [ProtocolRule("T-6")]
    [InlineData(5)]
    [InlineData(4)]
    [InlineData(uint.MaxValue)]
    public void An_id_that_does_not_grow_is_a_violation(uint id)
    {
        Assert.Equal(StreamOutcome.Complete, Add(ChunkFrames.Prefix(5, 10), 10, last: true));
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(id, 10), 10, last: true));
    }

    [Fact]
    [ProtocolRule("T-6")]
    public void Ids_begin_again_when_all_are_used_up()
    {
        uint id = uint.MaxValue - 100;
        for (int i = 0; i < 200; i++)
        {
            id++;
            Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(id, 10), 1));
            Assert.True(_assembler.TryCancel(FrameKind.Response, ChunkFrames.Correlation, out _));
            Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(id, 10), 1));
        }
    }

    [Fact]
    public void Chunks_of_streams_cancelled_long_ago_are_dropped_too()
    {
        // A sender that never hears of the cancels could not have begun so many, so all but the last few are over.
        for (uint id = 1; id <= 1_000; id++)
        {
            Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(id, 10), 1));
            Assert.True(_assembler.TryCancel(FrameKind.Response, ChunkFrames.Correlation, out _));
        }

        for (uint id = 1; id <= 1_000; id++)
        {
            Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(id, 10), 1));
        }

        Assert.Equal(0, _assembler.Open);
        Assert.Equal(StreamOutcome.Complete, Add(ChunkFrames.Prefix(1_001, 10), 10, last: true));
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1_001, 10), 10, last: true));
    }

    [Fact]
    public void An_open_stream_that_is_older_than_what_was_forgotten_goes_on()
    {
        Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(1, 10, FrameKind.Push), 1));
        for (uint id = 2; id <= 20; id++)
        {
            Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(id, 10), 1));
            Assert.True(_assembler.TryCancel(FrameKind.Response, ChunkFrames.Correlation, out _));
        }

        Assert.Equal(StreamOutcome.Complete, Add(ChunkFrames.Prefix(1, 10, FrameKind.Push), 9, last: true));
    }

    [Fact]
    public void A_chunk_that_is_dropped_costs_no_allocation()
    {
        ChunkPrefix prefix = ChunkFrames.Prefix(1, 1_000);
        Assert.Equal(StreamOutcome.Incomplete, Add(prefix, 1));
        Assert.True(_assembler.TryCancel(FrameKind.Response, ChunkFrames.Correlation, out _));
        byte[] body = new byte[ChunkPrefix.Size + 500];
        prefix.Write(body);
        FrameHeader header = new((uint)body.Length, FrameKind.Chunk, FrameFlags.None, MessageType.None, ChunkFrames.Correlation);
        StreamOutcome outcome = StreamOutcome.Incomplete;
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                outcome = (StreamOutcome)Math.Max((int)outcome, (int)_assembler.Add(new Frame(header, new(body)), out _, out _, out _));
            }
        });
        Assert.Equal(StreamOutcome.Incomplete, outcome);
    }

    [Fact]
    public void A_chunk_of_an_open_stream_costs_no_allocation_while_its_buffer_has_room()
    {
        StreamAssembler assembler = new(StreamLimits.Default);
        ChunkPrefix prefix = ChunkFrames.Prefix(1, 128 * 1024);
        byte[] body = new byte[ChunkPrefix.Size + 2];
        prefix.Write(body);
        FrameHeader header = new((uint)body.Length, FrameKind.Chunk, FrameFlags.None, MessageType.None, ChunkFrames.Correlation);
        StreamOutcome outcome = StreamOutcome.Incomplete;
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                outcome = (StreamOutcome)Math.Max((int)outcome, (int)assembler.Add(new Frame(header, new(body)), out _, out _, out _));
            }
        });
        Assert.Equal(StreamOutcome.Incomplete, outcome);
    }

    private StreamOutcome Add(in ChunkPrefix prefix, int bytes, bool last = false) =>
        _assembler.Add(ChunkFrames.Chunk(prefix, new byte[bytes], last), out _, out _, out _);
}
