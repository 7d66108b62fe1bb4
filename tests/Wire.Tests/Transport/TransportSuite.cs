using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Tests.Framing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>What every transport must do, once; the subclasses say how two ends are connected.</summary>
public abstract class TransportSuite : TransportHoldingSuite
{
    [Fact]
    public async Task Round_trips_come_back_in_order()
    {
        (_, TestHandler client) = await ConnectAsync(TestHandler.Echo, TestHandler.Collect);
        List<byte> expected = [];
        for (int i = 0; i < 50; i++)
        {
            byte[] bytes = [(byte)i, 1, 2];
            expected.AddRange(bytes);
            Send(client.Connection, bytes);
            Eventually.True(() => client.ReceivedBytes == expected.Count);
        }

        Assert.Equal(expected, client.Collected);
    }

    [Fact]
    public async Task The_answers_of_a_batch_go_out_in_one_piece()
    {
        Assert.SkipWhen(IsFaulty, "a faulty system takes batches apart");
        (_, TestHandler client) = await ConnectAsync(
            (TestHandler _, in ReadOnlySequence<byte> received, BatchWriter replies) =>
            {
                for (ulong i = 0; i < 20; i++)
                {
                    replies.WritePong(new UInt64Body(i));
                }

                return new ReceiveResult(received.End, received.End);
            },
            TestHandler.Collect);
        Send(client.Connection, [1]);
        Eventually.True(() => client.ReceivedBytes == 20 * (FrameHeader.Size + UInt64Body.Size));
        Assert.Equal(1, client.Calls);
    }

    [Fact]
    public async Task Output_that_stands_still_is_reported_and_output_that_flows_is_not()
    {
        Assert.SkipWhen(IsFaulty, "a faulty system stops output that could flow");
        const int Large = 16 * 1024 * 1024;
        (TestHandler server, BarePeer peer) = await ConnectBareAsync(TestHandler.Swallow);
        byte[] piece = new byte[64 * 1024];
        Send(server.Connection, new byte[100]);
        await peer.Reading.ReadExactlyAsync(piece.AsMemory(0, 100), TestContext.Current.CancellationToken);
        Eventually.True(() => server.Connection.Outbound.QueuedBytes == 0);
        Assert.Equal(0, server.Stalled);

        Send(server.Connection, new byte[Large]);
        Eventually.True(() => server.Stalled > 0);
        Assert.True(server.Connection.Outbound.QueuedBytes > 0);
        for (int read = 0; read < Large;)
        {
            read += await peer.Reading.ReadAsync(piece, TestContext.Current.CancellationToken);
        }

        Eventually.True(() => server.Connection.Outbound.QueuedBytes == 0);
        int stalled = server.Stalled;
        Send(server.Connection, new byte[100]);
        await peer.Reading.ReadExactlyAsync(piece.AsMemory(0, 100), TestContext.Current.CancellationToken);
        Assert.Equal(stalled, server.Stalled);
        peer.Close();
    }

    [Fact]
    public async Task Large_transfers_both_ways_keep_their_order()
    {
        const int Total = 6 * 1024 * 1024;
        int seed = Environment.TickCount;
        Random random = new(seed);
        string? wrong = null;
        (_, TestHandler client) = await ConnectAsync(
            TestHandler.Echo,
            (TestHandler self, in ReadOnlySequence<byte> received, BatchWriter _) =>
            {
                long at = self.ReceivedBytes;
                foreach (ReadOnlyMemory<byte> part in received)
                {
                    foreach (byte value in part.Span)
                    {
                        wrong ??= value == (byte)(at % PatternModulus) ? null : $"byte {at} is {value}";
                        at++;
                    }
                }

                return new ReceiveResult(received.End, received.End);
            });
        for (int sent = 0; sent < Total;)
        {
            byte[] chunk = Pattern(sent, Math.Min(random.Next(1, 40_000), Total - sent));
            sent += chunk.Length;
            Send(client.Connection, chunk);
            Eventually.True(() => !client.Connection.Outbound.IsAboveHighWaterMark);
        }

        Eventually.True(() => client.ReceivedBytes == Total || wrong is not null);
        Assert.True(wrong is null, $"{wrong}, seed {seed}");
    }

    [Fact]
    [ProtocolRule("Q-8")]
    public async Task A_slow_reader_stops_its_own_requests_and_loses_nothing()
    {
        const int Requests = 2_000;
        byte[] answer = new byte[2_000];
        (TestHandler server, BarePeer peer) = await ConnectBareAsync((TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies) =>
        {
            // One byte is one request; like a session, it leaves requests alone when its answers fill the output.
            long taken = 0;
            while (taken < received.Length && replies.Bytes < self.Connection.Resources.Limits.HighWaterMarkBytes)
            {
                replies.AppendShared(answer);
                taken++;
            }

            SequencePosition end = received.GetPosition(taken);
            return new ReceiveResult(end, end);
        });
        await peer.WriteAsync(new byte[Requests]);

        // Behind for good, because the peer's and the kernel's room is used up, and not on the way there.
        long sent = -1;
        int stillFor = 0;
        Eventually.True(() =>
        {
            long now = server.Connection.Outbound.SentBytes;
            stillFor = server.Connection.Outbound.IsAboveHighWaterMark && now == sent ? stillFor + 1 : 0;
            sent = now;
            return stillFor == 10;
        });
        Assert.Equal(AppendOutcome.AboveHighWaterMark, server.Connection.TryPush(
            new FrameHeader(PushPrefix.Size, FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, 1), 0, default, out _));
        Assert.True(server.ReceivedBytes < Requests);

        byte[] all = new byte[Requests * answer.Length];
        await peer.Reading.ReadExactlyAsync(all, TestContext.Current.CancellationToken);
        Assert.Equal(Requests, server.ReceivedBytes);
        Assert.True(server.Drained > 0);
        Eventually.True(() => !server.Connection.Outbound.IsAboveHighWaterMark);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_than_the_hard_limit_ends_the_connection_as_a_slow_consumer(bool asked)
    {
        (TestHandler server, _) = await ConnectBareAsync(TestHandler.Swallow);
        int times = 0;
        if (asked)
        {
            server.WhenOverHardLimit = () => Interlocked.Increment(ref times) == 0;
        }

        byte[] body = new byte[1024 * 1024];
        for (int i = 0; i < 80 && server.Connection.CloseReason is null; i++)
        {
            server.Connection.Send(new FrameHeader((uint)body.Length, FrameKind.Response, FrameFlags.None, MessageType.Query, 1), [], body);
        }

        Eventually.True(() => server.Closed == 1);
        Assert.Equal(GoAwayReason.SlowConsumer, server.Reason!.GoAway);
        Assert.Equal(asked, times > 0);
        Assert.Equal(0, server.Connection.Outbound.QueuedBytes);
    }

    [Fact]
    public async Task Frames_that_drip_in_are_handed_on_whole()
    {
        List<ReadFrame> frames = [];
        (TestHandler server, BarePeer peer) = await ConnectBareAsync((TestHandler _, in ReadOnlySequence<byte> received, BatchWriter _) =>
        {
            ReadOnlySequence<byte> rest = received;
            while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out GoAwayReason _) == FrameReadStatus.Frame)
            {
                frames.Add(ReadFrame.Of(frame));
            }

            return new ReceiveResult(rest.Start, rest.End);
        });
        byte[] large = new byte[FrameHeader.Size + 70_000];
        new FrameHeader(70_000, FrameKind.Response, FrameFlags.None, MessageType.Query, 1).Write(large);
        byte[] all = [.. GoldenVectors.Frames.SelectMany(frame => frame.Bytes), .. large];
        int dripped = all.Length - large.Length + 100;
        for (int i = 0; i < dripped; i++)
        {
            await peer.WriteAsync(all[i..(i + 1)]);
        }

        await peer.WriteAsync(all[dripped..]);
        Eventually.True(() => server.ReceivedBytes == all.Length);
        Assert.Equal(FrameOracle.Parse(all, WireLimits.MaximumBodyBytes).Frames, frames);
    }

    [Fact]
    public async Task Connections_that_come_talk_and_go_concurrently_leave_nothing_behind()
    {
        int seed = Environment.TickCount;
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            Random random = new(seed + i);
            (TestHandler server, TestHandler client) = await ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
            for (int n = random.Next(10); n > 0; n--)
            {
                Send(client.Connection, new byte[random.Next(1, 20_000)]);
            }

            Connection closing = (random.Next(2) == 0 ? server : client).Connection;
            if (random.Next(2) == 0)
            {
                closing.CloseAfterSending(CloseReason.Sent(GoAwayReason.Stopping, ""));
            }
            else
            {
                closing.Abort(CloseReason.Aborted);
            }

            Eventually.True(() => server.Closed > 0 && client.Closed > 0);
        });
    }
}
