using FastRegistry.Server.Tests.Harness;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using static FastRegistry.Server.Tests.Harness.NamingClient;

namespace FastRegistry.Server.Tests.Sessions;

public sealed class BackPressureTests : IDisposable
{
    private const int Capacity = 16 * 1024;

    private readonly NodeFixture _node = new();
    private readonly OutboundLimits _limits = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void The_requests_of_a_peer_that_does_not_read_are_not_read()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        PublishLargeList(client);
        int written = WriteQueriesUntilHeldUp(client);

        Assert.True(client.Connection.Outbound.IsBehind);
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
    public void A_peer_that_does_not_read_is_closed_as_a_slow_consumer_and_disturbs_nobody()
    {
        RawClient slow = _node.Connect(capacityBytes: Capacity);
        RawClient other = _node.Connect();
        PublishLargeList(slow);
        other.Subscribe(1, "s");
        slow.Subscribe(1, "s");
        WriteQueriesUntilHeldUp(slow);

        int seconds = 0;
        while (slow.Connection.CloseReason is null)
        {
            seconds += 5;
            Assert.True(seconds < 200, "never closed");
            _node.AdvanceSeconds(5);
            AssertBounded(slow);
            other.Ping(1);
            other.Register("other", seconds);
            Assert.Contains(other.ReadAll(), static frame => frame.Kind == FrameKind.Pong);
        }

        Assert.Equal(GoAwayReason.SlowConsumer, slow.Connection.CloseReason.GoAway);

        // The wheel notices that nothing moves at its next look, at the latest one idle time after it began.
        Assert.InRange(seconds, 60, 85);
        slow.Close();
        Assert.Empty(other.Query("s").Instances);
        other.Close();
        _node.AssertNothingHeld();
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
        Assert.True(client.Connection.Outbound.IsBehind);
        _node.AdvanceSeconds(30);

        Assert.Null(client.Connection.CloseReason);
        Assert.Equal(13, client.ReadAll().Count);
    }

    [Fact]
    public void A_started_frame_is_not_held_against_a_peer_whose_input_is_not_read()
    {
        RawClient client = _node.Connect(capacityBytes: Capacity);
        RawClient other = _node.Connect();
        client.Subscribe(1, "s");
        byte[] query = RawClient.RequestBytes(MessageType.Query, 77, new QueryRequest { Name = "s" });
        client.Write(query.AsSpan(0, 5));
        PublishLargeList(other);
        for (int port = 100; !client.Connection.Outbound.IsBehind; port++)
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
        Assert.InRange(client.Connection.Outbound.QueuedBytes, 0, _limits.BehindBytes + (64 * 1024) + Capacity);
}
