using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Tests.Framing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>The part of <see cref="TransportSuite"/> about how connections end.</summary>
public abstract class TransportClosingSuite : TransportFixture
{
    [Fact]
    public async Task A_peer_that_closes_is_reported_as_such()
    {
        (TestHandler server, BarePeer peer) = await ConnectBareAsync(TestHandler.Echo);
        peer.Close();
        Eventually.True(() => server.Closed == 1);
        Assert.Equal(CloseKind.PeerClosed, server.Reason!.Kind);
        Assert.Equal(AppendOutcome.Closed, SendFrame(server.Connection));
    }

    [Fact]
    public async Task Both_ends_learn_of_an_end()
    {
        (TestHandler server, TestHandler client) = await ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
        client.Connection.Abort(new CloseReason(CloseKind.Aborted, Text: "first"));
        client.Connection.Abort(new CloseReason(CloseKind.Aborted, Text: "second"));
        Eventually.True(() => server.Closed == 1 && client.Closed == 1);
        Assert.Equal("first", client.Reason!.Text);
    }

    [Fact]
    public async Task Abort_by_many_threads_amid_traffic_ends_it_once()
    {
        for (int run = 0; run < 40; run++)
        {
            (TestHandler server, TestHandler client) = await ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
            byte[] chunk = new byte[3_000];
            Parallel.For(0, 4, i =>
            {
                for (int n = 0; n < 20 + (run % 7); n++)
                {
                    Send(client.Connection, chunk);
                }

                (i % 2 == 0 ? client : server).Connection.Abort(CloseReason.Aborted);
                Send(server.Connection, chunk);
            });
            Eventually.True(() => server.Closed > 0 && client.Closed > 0);
        }
    }

    [Fact]
    public async Task Closing_delivers_everything_first_even_to_a_peer_that_goes_on_sending()
    {
        byte[] queued = Pattern(0, 600_000);
        byte[] goAway = GoldenVectors.Bytes(GoldenVectors.GoAwayFrame);
        (TestHandler server, BarePeer peer) = await ConnectBareAsync((TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies) =>
        {
            replies.AppendShared(queued);
            replies.AppendShared(goAway);
            return new ReceiveResult(received.End, received.End, CloseReason.Sent(GoAwayReason.Stopping, "bye"));
        });
        await peer.WriteAsync([1]);
        Eventually.True(() => server.Connection.CloseReason is not null);

        // Nobody wants these bytes any more; unread, they must not turn the end into a reset.
        Task flood = Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                await peer.WriteAsync(new byte[4_000]);
            }
        }, TestContext.Current.CancellationToken);
        byte[] read = await peer.ReadToEndAsync();
        await flood;
        Assert.Equal([.. queued, .. goAway], read);
        Assert.Equal(AppendOutcome.Closed, SendFrame(server.Connection));
        Assert.Equal(0, server.Closed);
        peer.Close();
        Eventually.True(() => server.Closed == 1);
        Assert.Equal(GoAwayReason.Stopping, server.Reason!.GoAway);
    }

    [Fact]
    [ProtocolRule("C-24")]
    public async Task Beyond_the_hard_limit_a_handler_may_say_why_behind_what_waits()
    {
        const int PieceBytes = 1024 * 1024;
        byte[] goAway = GoldenVectors.Bytes(GoldenVectors.GoAwayFrame);
        (TestHandler server, BarePeer peer) = await ConnectBareAsync(TestHandler.Swallow);
        int told = 0;
        server.WhenOverHardLimit = () =>
        {
            // Asked again for the goaway itself, and for what others append after it.
            if (Interlocked.Exchange(ref told, 1) == 0)
            {
                Send(server.Connection, goAway);
                server.Connection.CloseAfterSending(CloseReason.Sent(GoAwayReason.SlowConsumer, "read faster"));
            }

            return true;
        };
        byte[] piece = Pattern(0, PieceBytes);
        long queued = 0;
        while (Volatile.Read(ref told) == 0 && queued < 200L * PieceBytes)
        {
            Send(server.Connection, piece);
            queued += PieceBytes;
        }

        Assert.Equal(1, told);
        Assert.Equal(AppendOutcome.Closed, SendFrame(server.Connection));
        Assert.Equal(0, server.Closed);
        byte[] read = new byte[PieceBytes];
        for (long at = 0; at < queued; at += PieceBytes)
        {
            await peer.Reading.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
            Assert.True(read.AsSpan().SequenceEqual(piece), $"piece at {at}");
        }

        Assert.Equal(goAway, await peer.ReadToEndAsync());
        peer.Close();
        Eventually.True(() => server.Closed == 1);
        Assert.Equal(GoAwayReason.SlowConsumer, server.Reason!.GoAway);
        Assert.Equal("read faster", server.Reason.Text);
    }

    [Fact]
    public async Task A_handler_that_throws_ends_its_connection_only()
    {
        (TestHandler server, TestHandler client) = await ConnectAsync(
            (TestHandler _, in ReadOnlySequence<byte> _, BatchWriter replies) =>
            {
                replies.WritePong(new UInt64Body(1));
                throw new InvalidOperationException("no");
            },
            TestHandler.Swallow);
        (_, TestHandler other) = await ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
        Send(client.Connection, [1]);
        Eventually.True(() => server.Closed == 1 && client.Closed == 1);
        Assert.Equal(CloseKind.HandlerFault, server.Reason!.Kind);
        Assert.IsType<InvalidOperationException>(server.Reason.Fault);
        Assert.Equal(0, client.Calls);

        Send(other.Connection, [1]);
        Eventually.True(() => other.ReceivedBytes == 1);
    }

    [Fact]
    public async Task A_handler_that_throws_when_drained_or_closed_ends_its_connection_only()
    {
        (TestHandler server, BarePeer peer) = await ConnectBareAsync(TestHandler.Swallow);
        server.WhenDrained = () => throw new InvalidOperationException("drained");
        server.WhenClosed = () => throw new InvalidOperationException("closed");
        Send(server.Connection, new byte[4 * 1024 * 1024]);
        try
        {
            await peer.Reading.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // A reset is as good an end as any here.
        }

        Eventually.True(() => server.Closed == 1);
        Assert.Equal(CloseKind.HandlerFault, server.Reason!.Kind);
        Assert.Equal("drained", server.Reason.Text);
    }

    private static AppendOutcome SendFrame(Connection connection) =>
        connection.Send(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, 1), []);
}
