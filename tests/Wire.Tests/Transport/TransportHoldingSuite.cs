using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>The part of <see cref="TransportSuite"/> about handlers that hold their input and have it resumed by another thread.</summary>
public abstract class TransportHoldingSuite : TransportClosingSuite
{
    [Fact]
    [ProtocolRule("Q-7")]
    public async Task A_handler_that_holds_its_input_gets_nothing_more_and_the_other_direction_works()
    {
        const int Requests = 10_000;
        (TestHandler server, BarePeer peer) = await ConnectBareAsync(HoldAfterFirst);
        byte[] sent = Pattern(0, Requests);
        await peer.WriteAsync(sent[..5_000]);
        Eventually.True(() => server.ReceivedBytes == 1);
        await peer.WriteAsync(sent[5_000..]);

        byte[] pushed = new byte[300_000];
        byte[] read = new byte[FrameHeader.Size + PushPrefix.Size + pushed.Length];
        for (int i = 0; i < 3; i++)
        {
            Eventually.True(() => !server.Connection.Outbound.IsAboveHighWaterMark);
            FrameHeader header = new((uint)(PushPrefix.Size + pushed.Length), FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, 1);
            Assert.Equal(AppendOutcome.Appended, server.Connection.TryPush(header, 1, pushed, out ulong sequence));
            Assert.Equal((ulong)i + 1, sequence);
            await peer.Reading.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        }

        // Round trips of another connection: the transport has had its turns.
        (_, TestHandler other) = await ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
        for (int i = 1; i <= 20; i++)
        {
            Send(other.Connection, [1]);
            Eventually.True(() => other.ReceivedBytes == i);
        }

        Assert.Equal(1, server.Calls);
        await Task.Run(server.Connection.ResumeInput, TestContext.Current.CancellationToken);
        Eventually.True(() => server.ReceivedBytes == Requests);
        Assert.Equal(sent[1..], server.Collected);
        await peer.WriteAsync([1]);
        Eventually.True(() => server.ReceivedBytes == Requests + 1);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(50_000)]
    public async Task Input_that_was_looked_at_before_it_was_whole_may_be_held(int frameBytes)
    {
        bool held = false;
        (TestHandler server, BarePeer peer) = await ConnectBareAsync((TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies) =>
        {
            if (received.Length < frameBytes)
            {
                return new ReceiveResult(received.Start, received.End);
            }

            if (!held)
            {
                // Whole now, but it is not the time for it: it wants to see all of it again.
                held = true;
                self.Connection.HoldInput();
                return new ReceiveResult(received.Start, received.Start);
            }

            return TestHandler.Collect(self, received, replies);
        });
        byte[] sent = Pattern(0, frameBytes + 30);
        await peer.WriteAsync(sent[..(frameBytes / 2)]);
        Eventually.True(() => server.Calls > 0);
        await peer.WriteAsync(sent[(frameBytes / 2)..]);
        Eventually.True(() => Volatile.Read(ref held));
        Assert.Equal(0, server.ReceivedBytes);
        await Task.Run(server.Connection.ResumeInput, TestContext.Current.CancellationToken);
        Eventually.True(() => server.ReceivedBytes == sent.Length || server.Closed > 0);
        Assert.Equal(sent, server.Collected);
        Assert.Equal(0, server.Closed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Held_above_the_high_water_mark_input_waits_for_the_resume_and_for_the_drain(bool resumesFirst)
    {
        const int AnswerBytes = 16 * 1024 * 1024;
        (TestHandler server, BarePeer peer) = await ConnectBareAsync((TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies) =>
        {
            if (self.Calls == 1)
            {
                replies.AppendShared(new byte[AnswerBytes]);
            }

            return HoldAfterFirst(self, received, replies);
        });
        byte[] sent = Pattern(0, 1_000);
        await peer.WriteAsync(sent);
        Eventually.True(() => server.ReceivedBytes == 1 && server.Connection.Outbound.IsAboveHighWaterMark);
        if (resumesFirst)
        {
            // The handler complains of a call above the mark.
            server.Connection.ResumeInput();
        }

        byte[] read = new byte[AnswerBytes];
        await peer.Reading.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        if (!resumesFirst)
        {
            Eventually.True(() => server.Drained > 0 && server.Connection.Outbound.QueuedBytes == 0);
            Assert.Equal(1, server.Calls);
            server.Connection.ResumeInput();
        }

        Eventually.True(() => server.ReceivedBytes == sent.Length);
        Assert.Equal(sent[1..], server.Collected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_is_aborted_while_its_input_is_held_ends(bool aboveMark)
    {
        (TestHandler server, BarePeer peer) = await ConnectBareAsync(HoldAfterFirst);
        await peer.WriteAsync(new byte[5_000]);
        Eventually.True(() => server.ReceivedBytes == 1);
        if (aboveMark)
        {
            Send(server.Connection, new byte[16 * 1024 * 1024]);
        }

        server.Connection.Abort(CloseReason.Aborted);
        Eventually.True(() => server.Closed == 1);
        server.Connection.ResumeInput();
        Assert.Equal(1, server.ReceivedBytes);
    }

    [Fact]
    public async Task A_connection_that_closes_while_its_input_is_held_sends_what_waits_and_ends()
    {
        (TestHandler server, BarePeer peer) = await ConnectBareAsync(HoldAfterFirst);
        await peer.WriteAsync(new byte[5_000]);
        Eventually.True(() => server.ReceivedBytes == 1);
        byte[] last = Pattern(0, 500_000);
        Send(server.Connection, last);
        server.Connection.CloseAfterSending(CloseReason.Sent(GoAwayReason.Stopping, "bye"));
        Assert.Equal(last, await peer.ReadToEndAsync());
        peer.Close();
        Eventually.True(() => server.Closed == 1);
        Assert.Equal(1, server.ReceivedBytes);
    }

    [Fact]
    public async Task A_peer_that_closes_while_input_is_held_is_found_when_it_is_resumed()
    {
        (TestHandler server, BarePeer peer) = await ConnectBareAsync(HoldAfterFirst);
        byte[] sent = Pattern(0, 5_000);
        await peer.WriteAsync(sent);
        Eventually.True(() => server.ReceivedBytes == 1);
        peer.Close();
        server.Connection.ResumeInput();
        Eventually.True(() => server.Closed == 1);
        Assert.Equal(CloseKind.PeerClosed, server.Reason!.Kind);
        Assert.Equal(sent[1..], server.Collected);
    }

    [Fact]
    public async Task A_resume_that_races_with_the_hold_is_never_lost()
    {
        const int Rounds = 20_000;
        int holds = 0;
        int resumes = 0;
        (TestHandler server, BarePeer peer) = await ConnectBareAsync((TestHandler self, in ReadOnlySequence<byte> received, BatchWriter _) =>
        {
            // One byte is one request: it holds the input for each, and takes none while it holds.
            if (Volatile.Read(ref resumes) < holds)
            {
                throw new InvalidOperationException("called while it holds its input");
            }

            self.Connection.HoldInput();
            Volatile.Write(ref holds, holds + 1);
            SequencePosition end = received.GetPosition(1);
            return new ReceiveResult(end, end);
        });
        Task resuming = Task.Run(() =>
        {
            SpinWait wait = default;
            while (resumes < Rounds && server.Connection.CloseReason is null)
            {
                if (Volatile.Read(ref holds) == resumes)
                {
                    wait.SpinOnce(sleep1Threshold: -1);
                    continue;
                }

                Thread.SpinWait(resumes % 60);
                Volatile.Write(ref resumes, resumes + 1);
                server.Connection.ResumeInput();
            }
        }, TestContext.Current.CancellationToken);

        // All at once: no further input comes to the rescue of a connection that waits although it has some.
        await peer.WriteAsync(new byte[Rounds]);
        Eventually.True(() => server.ReceivedBytes == Rounds || server.Closed > 0);
        await resuming;
        Assert.Equal(0, server.Closed);
        await peer.WriteAsync([1]);
        Eventually.True(() => server.ReceivedBytes == Rounds + 1);
    }

    /// <summary>Takes one byte and holds; resumed, it takes all.</summary>
    private static ReceiveResult HoldAfterFirst(TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        if (self.Calls > 1)
        {
            return TestHandler.Collect(self, received, replies);
        }

        self.Connection.HoldInput();
        SequencePosition end = received.GetPosition(1);
        return new ReceiveResult(end, end);
    }
}
