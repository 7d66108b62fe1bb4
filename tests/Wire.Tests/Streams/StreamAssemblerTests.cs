using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Streams;

namespace FastRegistry.Wire.Tests.Streams;

public sealed class StreamAssemblerTests
{
    private readonly StreamAssembler _assembler = new(StreamLimits.Default with { Bytes = 10_000_000 });

    [Fact]
    [ProtocolRule("T-2", "T-3")]
    public void Pieces_in_order_make_the_message_and_the_header_it_would_have_had()
    {
        ChunkPrefix prefix = new(9, FrameKind.Push, FrameFlags.AckNow, MessageType.SnapshotPush, 6);
        Assert.Equal(StreamOutcome.Incomplete, Add(prefix, "abc"u8, last: false));
        Assert.Equal(StreamOutcome.Incomplete, Add(prefix, [], last: false));
        Frame frame = ChunkFrames.Chunk(prefix, "def"u8, last: true);
        Assert.Equal(StreamOutcome.Complete, _assembler.Add(frame, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit));
        Assert.Equal(new FrameHeader(6, FrameKind.Push, FrameFlags.AckNow, MessageType.SnapshotPush, ChunkFrames.Correlation), header);
        Assert.Equal("abcdef"u8.ToArray(), body.ToArray());
        Assert.Null(credit);
        Assert.Equal(0, _assembler.Open);
    }

    [Fact]
    public void An_empty_message_is_one_last_chunk() => Assert.Equal(StreamOutcome.Complete, Add(ChunkFrames.Prefix(1, 0), [], last: true));

    [Fact]
    [ProtocolRule("T-4")]
    public void Streams_may_be_mixed()
    {
        byte[][] messages = [.. Enumerable.Range(0, 16).Select(i => ChunkFrames.Noise(1_000, i))];
        for (int at = 0; at < 1_000; at += 100)
        {
            for (uint id = 0; id < 16; id++)
            {
                Frame frame = ChunkFrames.Chunk(ChunkFrames.Prefix(id, 1_000), messages[id].AsSpan(at, 100), last: at == 900);
                StreamOutcome outcome = _assembler.Add(frame, out _, out ReadOnlyMemory<byte> body, out _);
                Assert.Equal(at == 900 ? StreamOutcome.Complete : StreamOutcome.Incomplete, outcome);
                Assert.True(at != 900 || body.Span.SequenceEqual(messages[id]));
            }
        }
    }

    [Theory]
    [ProtocolRule("T-11")]
    [InlineData(256 * 1024)]
    [InlineData(100_000)]
    [InlineData(1)]
    public void Credit_comes_back_for_every_half_of_what_may_be_under_way_and_never_for_the_end(int creditBytes)
    {
        const int Total = 1024 * 1024;
        long credited = 0;
        StreamAssembler assembler = new(StreamLimits.Default with { CreditBytes = creditBytes });
        for (int sent = 0; sent < Total; sent += WireLimits.MaximumChunkBytes)
        {
            bool last = sent + WireLimits.MaximumChunkBytes == Total;
            Frame frame = ChunkFrames.Chunk(ChunkFrames.Prefix(5, Total), new byte[WireLimits.MaximumChunkBytes], last);
            assembler.Add(frame, out _, out _, out CreditBody? credit);
            Assert.True(credit is null || credit.Value.StreamId == 5);
            credited += credit?.AdditionalBytes ?? 0;
            long received = sent + WireLimits.MaximumChunkBytes;
            Assert.InRange(received - credited, 0, Math.Max((creditBytes / 2) - 1, 0) + (last ? WireLimits.MaximumChunkBytes : 0));
            Assert.True(credit is null || credit.Value.AdditionalBytes >= creditBytes / 2);
        }
    }

    [Fact]
    [ProtocolRule("T-7")]
    public void A_total_that_changes_is_a_violation()
    {
        Add(ChunkFrames.Prefix(1, 100), new byte[10], last: false);
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1, 101), new byte[10], last: false));
    }

    [Fact]
    [ProtocolRule("T-7")]
    public void A_correlation_that_changes_is_a_violation()
    {
        Add(ChunkFrames.Prefix(1, 100), new byte[10], last: false);
        Frame frame = ChunkFrames.Chunk(ChunkFrames.Prefix(1, 100), new byte[10], last: false, correlation: 43);
        Assert.Equal(StreamOutcome.Violation, _assembler.Add(frame, out _, out _, out _));
    }

    [Fact]
    [ProtocolRule("T-7")]
    public void More_bytes_than_announced_are_a_violation()
    {
        Add(ChunkFrames.Prefix(1, 100), new byte[99], last: false);
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1, 100), new byte[2], last: true));
    }

    [Fact]
    [ProtocolRule("T-5", "T-7")]
    public void An_end_before_the_last_byte_is_a_violation() =>
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1, 100), new byte[99], last: true));

    [Fact]
    [ProtocolRule("T-5", "T-7")]
    public void A_last_byte_without_the_end_is_a_violation() =>
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1, 100), new byte[100], last: false));

    [Theory]
    [ProtocolRule("T-7")]
    [InlineData(FrameKind.None)]
    [InlineData(FrameKind.Request)]
    [InlineData(FrameKind.Chunk)]
    [InlineData((FrameKind)99)]
    public void A_stream_of_anything_but_a_response_or_a_push_is_a_violation(FrameKind kind) =>
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1, 10, kind), new byte[10], last: true));

    [Theory]
    [ProtocolRule("T-8")]
    [InlineData(16)]
    [InlineData(2)]
    public void One_open_stream_more_than_allowed_is_a_violation(int streams)
    {
        StreamAssembler assembler = new(StreamLimits.Default with { Streams = streams });
        for (uint id = 0; id < streams; id++)
        {
            Assert.Equal(StreamOutcome.Incomplete, Add(assembler, ChunkFrames.Prefix(id, 10), new byte[1], last: false));
        }

        Assert.Equal(StreamOutcome.Violation, Add(assembler, ChunkFrames.Prefix(99, 10), new byte[1], last: false));
    }

    [Theory]
    [InlineData(10_000_001)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void An_announced_total_beyond_the_bound_is_a_violation(long total) =>
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(1, total), new byte[1], last: false));

    [Fact]
    [ProtocolRule("T-8")]
    public void The_bound_is_for_all_open_streams_together_and_freed_by_complete_ones()
    {
        Add(ChunkFrames.Prefix(1, 6_000_000), new byte[1], last: false);
        Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(2, 4_000_000), new byte[3_999_999], last: false));
        Assert.Equal(StreamOutcome.Complete, Add(ChunkFrames.Prefix(2, 4_000_000), new byte[1], last: true));
        Assert.Equal(StreamOutcome.Incomplete, Add(ChunkFrames.Prefix(3, 4_000_000), new byte[1], last: false));
        Assert.Equal(StreamOutcome.Violation, Add(ChunkFrames.Prefix(4, 1), new byte[1], last: true));
    }

    [Fact]
    public void Memory_grows_with_what_arrived_and_not_with_what_was_announced()
    {
        StreamAssembler assembler = new(StreamLimits.Default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint id = 0; id < WireLimits.MaximumOpenStreams; id++)
        {
            Frame frame = ChunkFrames.Chunk(ChunkFrames.Prefix(id, WireLimits.MaximumStreamBytes / 16), new byte[1], last: false);
            Assert.Equal(StreamOutcome.Incomplete, assembler.Add(frame, out _, out _, out _));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 160 * 1024);
    }

    [Fact]
    public void Random_chunks_never_throw_and_never_open_more_than_allowed()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int run = 0; run < 300; run++)
        {
            StreamAssembler assembler = new(StreamLimits.Default with { Bytes = 100_000 });
            for (int step = 0; step < 100; step++)
            {
                ChunkPrefix prefix = ChunkFrames.Prefix((uint)random.Next(20), random.Next(-1, 200), (FrameKind)random.Next(2, 5));
                Frame frame = ChunkFrames.Chunk(prefix, new byte[random.Next(100)], random.Next(2) == 0);
                if (random.Next(8) == 0 && assembler.TryCancel((FrameKind)random.Next(2, 4), ChunkFrames.Correlation, out StreamResetBody reset))
                {
                    Assert.False(assembler.Reset(reset.StreamId));
                }

                StreamOutcome outcome = assembler.Add(frame, out _, out ReadOnlyMemory<byte> body, out _);
                Assert.True(assembler.Open <= WireLimits.MaximumOpenStreams && (outcome == StreamOutcome.Complete || body.IsEmpty), $"seed {seed}");
            }
        }
    }

    private static StreamOutcome Add(StreamAssembler assembler, in ChunkPrefix prefix, ReadOnlySpan<byte> piece, bool last) =>
        assembler.Add(ChunkFrames.Chunk(prefix, piece, last), out _, out _, out _);

    private StreamOutcome Add(in ChunkPrefix prefix, ReadOnlySpan<byte> piece, bool last) => Add(_assembler, prefix, piece, last);
}
