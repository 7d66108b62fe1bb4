using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Tests.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

public sealed class OutboundChainTests
{
    private static readonly OutboundLimits Limits = new() { HighWaterMarkBytes = 1000, HardBytes = 4000 };

    private readonly TransportResources _resources = new(Limits, new OutboundBudget(100_000));

    [Fact]
    public void The_first_append_starts_a_sender_and_the_next_does_not()
    {
        OutboundChain chain = new(_resources);
        Assert.Equal(AppendOutcome.Appended, Append(chain, 0, out bool first));
        Append(chain, 0, out bool second);
        Assert.True(first);
        Assert.False(second);

        chain.Drain(_resources);
        Append(chain, 0, out bool third);
        Assert.True(third);
    }

    [Fact]
    [ProtocolRule("Q-8")]
    public void A_chain_is_behind_above_the_mark_until_half_of_it_has_drained()
    {
        OutboundChain chain = new(_resources);
        Append(chain, Limits.HighWaterMarkBytes - FrameHeader.Size, out _);
        Assert.False(chain.IsAboveHighWaterMark);
        Append(chain, 0, out _);
        Assert.True(chain.IsAboveHighWaterMark);
        Assert.Equal(1, _resources.Budget.ConnectionsAboveHighWaterMark);

        SegmentList taken = default;
        Assert.True(chain.TryTake(ref taken, out _));
        Assert.False(Send(chain, ref taken, Limits.HighWaterMarkBytes / 2 + FrameHeader.Size - 1));
        Assert.True(chain.IsAboveHighWaterMark);
        Assert.True(Send(chain, ref taken, 1));
        Assert.False(chain.IsAboveHighWaterMark);
        Assert.Equal(0, _resources.Budget.ConnectionsAboveHighWaterMark);
        Assert.False(Send(chain, ref taken, 1));
        taken.Clear(_resources.Segments);
    }

    [Fact]
    public void A_chain_that_is_given_up_while_it_is_behind_is_counted_no_more()
    {
        OutboundChain chain = new(_resources);
        Append(chain, 2000, out _);
        Assert.Equal(1, _resources.Budget.ConnectionsAboveHighWaterMark);
        SegmentList taken = default;
        chain.Abandon(ref taken);
        chain.Abandon(ref taken);
        Assert.Equal(0, _resources.Budget.ConnectionsAboveHighWaterMark);
    }

    [Fact]
    public void A_push_to_a_chain_that_is_behind_takes_no_sequence()
    {
        OutboundChain chain = new(_resources);
        Assert.Equal(AppendOutcome.Appended, Push(chain));
        Append(chain, 2000, out _);
        Assert.Equal(AppendOutcome.AboveHighWaterMark, Push(chain));
        Assert.Equal(1UL, chain.LastPushSequence);
        chain.Drain(_resources);
        Assert.Equal(AppendOutcome.Appended, Push(chain));
        Assert.Equal(2UL, chain.LastPushSequence);
    }

    [Fact]
    public void Answers_still_go_to_a_chain_that_is_behind()
    {
        OutboundChain chain = new(_resources);
        Append(chain, 2000, out _);
        Assert.Equal(AppendOutcome.Appended, Append(chain, 10, out _));
    }

    [Fact]
    public void Pushes_are_behind_while_the_budget_of_all_is_exceeded()
    {
        TransportResources resources = new(null, new OutboundBudget(500));
        OutboundChain full = new(resources);
        OutboundChain idle = new(resources);
        Append(full, 600, out _);
        Assert.True(resources.Budget.IsExceeded);
        Assert.Equal(AppendOutcome.AboveHighWaterMark, Push(idle));
        full.Drain(resources);
        Assert.Equal(AppendOutcome.Appended, Push(idle));
    }

    [Fact]
    public void The_hard_limit_is_passed_by_what_comes_on_top_of_it_and_never_by_one_frame_alone()
    {
        OutboundChain chain = new(_resources);
        Append(chain, Limits.HardBytes - FrameHeader.Size, out _);
        Append(chain, 2 * Limits.HardBytes, out _);
        Assert.False(chain.IsOverHardLimit);
        Append(chain, 0, out _);
        Assert.True(chain.IsOverHardLimit);
    }

    [Fact]
    [ProtocolRule("A-1")]
    public void Push_sequences_are_one_two_three_in_wire_order_with_many_threads_appending()
    {
        const int PerThread = 5_000;
        TransportResources resources = new(new OutboundLimits { HighWaterMarkBytes = int.MaxValue });
        OutboundChain chain = new(resources);
        ulong[] sequences = new ulong[8 * PerThread];
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < PerThread; i++)
            {
                // Pushes come as frames and as the last chunk of a stream.
                int push = (thread * PerThread) + i;
                sequences[push] = i % 2 == 0 ? Push(chain, (ulong)push) : EndPush(chain, resources, (ulong)push);
            }
        });

        byte[] bytes = chain.Drain(resources);
        int frameBytes = FrameHeader.Size + PushPrefix.Size;
        Assert.Equal(8 * PerThread * frameBytes, bytes.Length);
        for (int i = 0; i < 8 * PerThread; i++)
        {
            FrameHeader header = FrameHeader.Read(bytes.AsSpan(i * frameBytes), out _);
            Assert.Equal((ulong)i + 1, sequences[header.CorrelationId]);
        }

        Assert.Equal(0, resources.Blocks.Rented);
    }

    [Fact]
    public void A_push_that_ends_on_a_closing_chain_takes_no_sequence()
    {
        OutboundChain chain = new(_resources);
        Assert.Equal(1UL, EndPush(chain, _resources, 7));
        Assert.Equal(2UL, Push(chain, 7));
        chain.Complete();
        Assert.Equal(0UL, EndPush(chain, _resources, 7));
        Assert.Equal(2UL, chain.LastPushSequence);
        chain.Drain(_resources);
        AssertNothingHeld(chain);
    }

    [Fact]
    public void What_was_appended_before_the_end_is_sent_and_nothing_after_it()
    {
        OutboundChain chain = new(_resources);
        Append(chain, 10, out _);
        Assert.False(chain.Complete());
        Assert.Equal(AppendOutcome.Closed, Append(chain, 10, out bool start));
        Assert.False(start);
        Assert.Equal(AppendOutcome.Closed, Push(chain));
        BatchWriter batch = _resources.RentBatch();
        batch.WritePong(new UInt64Body(1));
        Assert.False(chain.Splice(batch));
        Assert.Equal(0, batch.Bytes);

        Assert.Equal(FrameHeader.Size + 10, chain.Drain(_resources).Length);
        SegmentList taken = default;
        Assert.False(chain.TryTake(ref taken, out bool finished));
        Assert.True(finished);
        AssertNothingHeld(chain);
    }

    [Fact]
    public void The_end_of_an_idle_chain_needs_a_sender_once()
    {
        OutboundChain chain = new(_resources);
        Assert.True(chain.Complete());
        Assert.False(chain.Complete());
    }

    [Fact]
    public void Abandoning_gives_back_everything_waiting_and_taken()
    {
        OutboundChain chain = new(_resources);
        Append(chain, 900, out _);
        Append(chain, 900, out _);
        SegmentList taken = default;
        chain.TryTake(ref taken, out _);
        Assert.False(Send(chain, ref taken, 100));
        Append(chain, 900, out _);
        Push(chain);
        chain.Abandon(ref taken);
        Assert.True(taken.IsEmpty);
        Assert.Equal(AppendOutcome.Closed, Append(chain, 1, out _));
        AssertNothingHeld(chain);
    }

    [Fact]
    public void Bytes_out_are_bytes_in_under_random_operations()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        TransportResources resources = new(new OutboundLimits { HighWaterMarkBytes = int.MaxValue });
        OutboundChain chain = new(resources);
        SegmentList sender = default;
        List<byte> model = [];
        List<byte> sent = [];
        for (int step = 0; step < 20_000; step++)
        {
            byte[] noise = new byte[random.Next(300)];
            random.NextBytes(noise);
            switch (random.Next(4))
            {
                case 0:
                    FrameHeader header = new((uint)noise.Length, FrameKind.Response, FrameFlags.None, MessageType.Query, (ulong)step);
                    chain.Append(header, noise.AsSpan(0, noise.Length / 2), noise.AsMemory(noise.Length / 2), out _);
                    model.AddRange(Encoded(header));
                    model.AddRange(noise);
                    break;
                case 1:
                    BatchWriter batch = resources.RentBatch();
                    noise.CopyTo(batch.GetSpan(noise.Length));
                    batch.Advance(noise.Length);
                    batch.AppendShared(noise);
                    chain.Splice(batch);
                    resources.Return(batch);
                    model.AddRange(noise);
                    model.AddRange(noise);
                    break;
                default:
                    if (sender.IsEmpty)
                    {
                        chain.TryTake(ref sender, out _);
                    }

                    int part = (int)Math.Min(sender.Bytes, random.Next(2000));
                    sent.AddRange(sender.ToBytes()[..part]);
                    sender.RemoveFront(part, resources.Segments);
                    chain.Sent(part);
                    break;
            }
        }

        sent.AddRange(sender.ToBytes());
        chain.Sent(sender.Bytes);
        sender.Clear(resources.Segments);
        sent.AddRange(chain.Drain(resources));
        Assert.True(model.SequenceEqual(sent), $"seed {seed}");
        Assert.Equal(model.Count, chain.SentBytes);
        Assert.Equal(0, chain.QueuedBytes);
        Assert.Equal(0, resources.Blocks.Rented);
        Assert.Equal(0, resources.Budget.UsedBytes);
    }

    private static byte[] Encoded(in FrameHeader header)
    {
        byte[] bytes = new byte[FrameHeader.Size];
        header.Write(bytes);
        return bytes;
    }

    private static AppendOutcome Append(OutboundChain chain, int bodyBytes, out bool startSending) => chain.Append(
        new FrameHeader((uint)bodyBytes, FrameKind.Response, FrameFlags.None, MessageType.Query, 1), [], new byte[bodyBytes], out startSending);

    private static AppendOutcome Push(OutboundChain chain) => chain.AppendPush(PushHeader(1), 0, default, out _, out _);

    /// <summary>Appends a push; returns its number.</summary>
    private static ulong Push(OutboundChain chain, ulong subscription)
    {
        Assert.Equal(AppendOutcome.Appended, chain.AppendPush(PushHeader(subscription), 0, default, out ulong sequence, out _));
        return sequence;
    }

    /// <summary>Appends a batch whose last frame ends a push; returns its number.</summary>
    private static ulong EndPush(OutboundChain chain, TransportResources resources, ulong subscription)
    {
        BatchWriter batch = resources.RentBatch();
        PushHeader(subscription).Write(batch.GetSpan(FrameHeader.Size));
        batch.Advance(FrameHeader.Size);
        batch.AppendShared(new byte[PushPrefix.Size]);
        chain.Splice(batch, endsPush: true, out ulong sequence);
        resources.Return(batch);
        return sequence;
    }

    private static FrameHeader PushHeader(ulong subscription) => new(PushPrefix.Size, FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, subscription);

    private bool Send(OutboundChain chain, ref SegmentList taken, int bytes)
    {
        taken.RemoveFront(bytes, _resources.Segments);
        return chain.Sent(bytes);
    }

    private void AssertNothingHeld(OutboundChain chain)
    {
        Assert.Equal(0, chain.QueuedBytes);
        Assert.Equal(0, _resources.Blocks.Rented);
        Assert.Equal(0, _resources.Budget.UsedBytes);
    }
}
