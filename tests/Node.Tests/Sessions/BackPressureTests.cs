using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class BackPressureTests : IDisposable
{
    private const int Capacity = 16 * 1024;

    private readonly NodeFixture _node = new();
    private readonly OutboundLimits _limits = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("Q-8", "Q-9")]
    public void The_requests_of_a_peer_that_does_not_read_are_not_read()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        int written = WriteQueriesUntilHeldUp(client);

        Assert.True(client.Connection.Outbound.IsAboveHighWaterMark);
        AssertBounded(client);
        int answered = 0;
        while (client.TryRead() is { } answer)
        {
            Assert.Equal((ulong)answered, answer.CorrelationId);
            answered++;
        }

        Assert.Equal(written, answered);
        Assert.Equal(0, client.Connection.Outbound.QueuedBytes);
    }

    [Fact]
    [ProtocolRule("C-22")]
    public void A_peer_that_does_not_read_is_closed_as_a_slow_consumer_and_disturbs_nobody()
    {
        RawClient slow = _node.Connect(capacityBytes: Capacity);
        RawClient other = _node.Connect();
        PublishLargeList(slow);
        other.Subscribe(1, "s");
        slow.Subscribe(1, "s");
        WriteQueriesUntilHeldUp(slow);

        int tenths = 0;
        while (slow.Connection.CloseReason is null)
        {
            tenths++;
            Assert.True(tenths < 2000, "never closed");
            _node.AdvanceSeconds(0.1);
            if (tenths % 50 == 0)
            {
                AssertBounded(slow);
                other.Ping(1);
                other.Register("other", tenths);
                Assert.Contains(other.ReadAll(), static frame => frame.Kind == FrameKind.Pong);
            }
        }

        Assert.Equal(GoAwayReason.SlowConsumer, slow.Connection.CloseReason.GoAway);

        // The time counts from when the output first stood still, not from when the wheel first looked.
        Assert.InRange(tenths, 600, 602);
        slow.Close();
        Assert.Empty(other.Query("s").Instances);
        other.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("C-21")]
    public void A_peer_that_is_silent_while_some_output_waits_goes_like_one_that_answers_no_probe()
    {
        RawClient silent = _node.Connect(capacityBytes: 4096);
        RawClient other = _node.Connect();
        silent.Register("s", 1);
        silent.Subscribe(1, "busy");
        other.Batch("busy", replace: false, [.. Enumerable.Range(1, 200).Select(static port => NewInstance(port, metadata: new string('x', 100)))]);
        Assert.True(silent.Connection.Outbound.QueuedBytes > 0);
        Assert.False(silent.Connection.Outbound.IsAboveHighWaterMark);

        AdvancePinging(other, 24.8);
        Assert.Null(silent.Connection.CloseReason);
        AdvancePinging(other, 0.4);
        Assert.Equal(GoAwayReason.IdleTimeout, silent.Connection.CloseReason?.GoAway);
        Assert.Empty(other.Query("s").Instances);

        // The goaway stands behind what was not read.
        List<ReceivedFrame> frames = silent.ReadAll();
        Assert.All(frames.SkipLast(1), static frame => Assert.Equal(FrameKind.Push, frame.Kind));
        Assert.Equal(GoAwayReason.IdleTimeout, (GoAwayReason)frames[^1].GoAway.Reason);
        Assert.True(silent.SeesEnd);
    }

    [Fact]
    public void A_slow_consumer_that_reads_again_in_the_linger_time_finds_out_why_behind_what_waited()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        int written = WriteQueriesUntilHeldUp(client);
        _node.AdvanceSeconds(60.1);
        Assert.Equal((CloseKind.GoAwaySent, GoAwayReason.SlowConsumer), (client.Connection.CloseReason!.Kind, client.Connection.CloseReason.GoAway));

        // What it publishes does not wait for that.
        Assert.Equal(0, _node.Registry.PublicationCount);
        List<ReceivedFrame> frames = client.ReadAll();
        Assert.InRange(frames.Count - 1, 1, written);
        Assert.All(frames.SkipLast(1), static frame => Assert.Equal(FrameKind.Response, frame.Kind));
        Assert.Equal(GoAwayReason.SlowConsumer, (GoAwayReason)frames[^1].GoAway.Reason);
        Assert.True(client.SeesEnd);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_slow_consumer_that_reads_nothing_in_the_linger_time_either_is_cut_off()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        WriteQueriesUntilHeldUp(client);
        _node.AdvanceSeconds(60.1);
        Assert.NotNull(client.Connection.CloseReason);
        _node.AdvanceSeconds(1.7);
        Assert.Equal(1, _node.Node.Services.Sessions.Count);
        _node.AdvanceSeconds(0.5);
        Assert.Equal(0, _node.Node.Services.Sessions.Count);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("C-22")]
    public void A_peer_that_speaks_while_some_output_waits_has_the_time_of_a_slow_consumer()
    {
        RawClient slow = _node.Connect(capacityBytes: 4096);
        RawClient other = _node.Connect();
        slow.Subscribe(1, "busy");
        other.Batch("busy", replace: false, [.. Enumerable.Range(1, 200).Select(static port => NewInstance(port, metadata: new string('x', 100)))]);
        for (int seconds = 0; seconds < 55; seconds += 5)
        {
            slow.Ping(1);
            AdvancePinging(other, 5);
            Assert.Null(slow.Connection.CloseReason);
        }

        AdvancePinging(other, 5.2);
        Assert.Equal(GoAwayReason.SlowConsumer, slow.Connection.CloseReason?.GoAway);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(19.5)]
    public void The_time_of_a_slow_consumer_begins_when_its_output_stands_still(double seconds)
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        _node.AdvanceSeconds(seconds);
        WriteQueriesUntilHeldUp(client);
        _node.AdvanceSeconds(59.9);
        Assert.Null(client.Connection.CloseReason);
        _node.AdvanceSeconds(0.2);
        Assert.Equal(GoAwayReason.SlowConsumer, client.Connection.CloseReason?.GoAway);
    }

    [Fact]
    public void The_last_piece_that_was_read_starts_the_time_of_a_slow_consumer_anew()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        WriteQueriesUntilHeldUp(client);
        _node.AdvanceSeconds(50);
        Assert.NotNull(client.TryRead());
        _node.AdvanceSeconds(59.9);
        Assert.Null(client.Connection.CloseReason);
        _node.AdvanceSeconds(0.2);
        Assert.Equal(GoAwayReason.SlowConsumer, client.Connection.CloseReason?.GoAway);
    }

    [Fact]
    public void A_peer_that_reads_again_is_probed_20_seconds_after_its_last_word_as_ever()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        WriteQueriesUntilHeldUp(client);
        _node.AdvanceSeconds(45);
        client.ReadAll();
        client.Ping(1);
        client.ReadAll();
        _node.AdvanceSeconds(19.8);
        Assert.Null(client.TryRead());
        _node.AdvanceSeconds(0.4);
        Assert.Equal(FrameKind.Probe, client.Read().Kind);
    }

    [Fact]
    public void A_slow_consumer_time_below_the_idle_time_is_kept_as_well()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions { WarmUp = TimeSpan.Zero, SlowConsumer = TimeSpan.FromSeconds(7) });
        RawClient client = node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        node.AdvanceSeconds(3);
        WriteQueriesUntilHeldUp(client);
        node.AdvanceSeconds(6.9);
        Assert.Null(client.Connection.CloseReason);
        node.AdvanceSeconds(0.2);
        Assert.Equal(GoAwayReason.SlowConsumer, client.Connection.CloseReason?.GoAway);
    }

    [Fact]
    public void A_suspended_process_gives_a_slow_consumer_its_full_time_again()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        WriteQueriesUntilHeldUp(client);
        _node.AdvanceSeconds(40);
        _node.Time.Suspend(TimeSpan.FromSeconds(30));
        _node.AdvanceSeconds(59.8);
        Assert.Null(client.Connection.CloseReason);
        _node.AdvanceSeconds(0.3);
        Assert.Equal(GoAwayReason.SlowConsumer, client.Connection.CloseReason?.GoAway);
    }

    [Fact]
    public void A_slow_peer_that_makes_progress_stays()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        WriteQueriesUntilHeldUp(client);
        for (int i = 0; i < 30; i++)
        {
            _node.AdvanceSeconds(10);
            Assert.NotNull(client.TryRead());
            if (!client.IsWriteHeldUp)
            {
                WriteQueriesUntilHeldUp(client);
            }
        }

        Assert.Null(client.Connection.CloseReason);
    }

    [Fact]
    public void A_finished_frame_behind_unread_answers_does_not_count_as_started()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        byte[] query = RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "s" });
        client.Write(query.AsSpan(0, 5));
        _node.AdvanceSeconds(1);
        client.Write([.. query.AsSpan(5), .. Repeat(query, 12)]);
        Assert.True(client.Connection.Outbound.IsAboveHighWaterMark);
        _node.AdvanceSeconds(30);

        Assert.Null(client.Connection.CloseReason);
        Assert.Equal(13, client.ReadAll().Count);
    }

    [Fact]
    [ProtocolRule("C-23")]
    public void A_started_frame_is_not_held_against_a_peer_whose_input_is_not_read()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        RawClient other = _node.Connect();
        client.Subscribe(1, "s");
        byte[] query = RawClient.RequestBytes(MessageType.Query, 77, new QueryRequest { Name = "s" });
        client.Write(query.AsSpan(0, 5));
        PublishLargeList(other);
        for (int port = 100; !client.Connection.Outbound.IsAboveHighWaterMark; port++)
        {
            other.Register("s", port);
        }

        client.WriteWithoutPump(query.AsSpan(5));
        for (int second = 0; second < 40; second++)
        {
            other.Ping(1);
            _node.AdvanceSeconds(1);
        }

        Assert.Null(client.Connection.CloseReason);
        Assert.Contains(client.ReadAll(), static frame => frame.CorrelationId == 77);
        _node.AdvanceSeconds(15);
        Assert.Null(client.Connection.CloseReason);
    }

    private static byte[] Repeat(byte[] bytes, int times) => [.. Enumerable.Repeat(bytes, times).SelectMany(static part => part)];

    private static void PublishLargeList(RawClient client) =>
        client.Batch("s", replace: false, [.. Enumerable.Range(1, 20).Select(static port => NewInstance(port, metadata: new string('m', 1000)))]);

    private static int WriteQueriesUntilHeldUp(RawClient client)
    {
        int written = 0;
        while (!client.IsWriteHeldUp)
        {
            Assert.True(written < 100_000, "everything is read though no answer is");
            client.Write(RawClient.RequestBytes(MessageType.Query, (ulong)written, new QueryRequest { Name = "s" }));
            written++;
        }

        return written;
    }

    /// <summary>The mark, one answer that passed it, and what the pipe holds as a kernel would.</summary>
    private void AssertBounded(RawClient client) =>
        Assert.InRange(client.Connection.Outbound.QueuedBytes, 0, _limits.HighWaterMarkBytes + (64 * 1024) + Capacity);

    private void AdvancePinging(RawClient other, double seconds)
    {
        for (; seconds > 0; seconds -= 5)
        {
            other.Ping(1);
            Assert.NotEmpty(other.ReadAll());
            _node.AdvanceSeconds(Math.Min(5, seconds));
        }
    }
}
