using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A client that reads is answered whatever it asks for at once; one that does not read is told why it has to go.</summary>
public sealed class OutputTests : IDisposable
{
    private const int Capacity = 16 * 1024;

    // More than a session answers at once without a worker.
    private const int InstancesOfAList = 100;
    private const int FrameBytes = WireLimits.ChunkThresholdBytes + FrameHeader.Size;

    private readonly NodeFixture _node = new();
    private readonly OutboundLimits _limits = new();
    private readonly RawClient _provider;

    public OutputTests() => _provider = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(60, 22)]
    [InlineData(30, 61)]
    [InlineData(200, 25)]
    public void Every_list_of_many_subscriptions_made_at_once_comes_in_order_after_one_attempt(int services, int kilobytes)
    {
        for (int i = 1; i <= services; i++)
        {
            _provider.Publish($"s{i}", InstancesOfAList, bytesEach: (kilobytes * 1000 / InstancesOfAList) - 40);
        }

        RawClient client = _node.Connect(capacityBytes: Capacity);
        client.Write([.. Enumerable.Range(1, services).SelectMany(static i => RawClient.RequestBytes(
            MessageType.Subscribe, (ulong)i, new SubscribeRequest { Subscriptions = { NewSubscription((ulong)i, $"s{i}") } }))]);
        List<ReceivedFrame> frames = ReadSlowly(client);

        Assert.Equal(services, frames.Count(static frame => frame.Kind == FrameKind.Response && !frame.IsError));
        ReceivedFrame[] pushes = [.. frames.Where(static frame => frame.Kind == FrameKind.Push)];
        Assert.Equal(Enumerable.Range(1, services).Select(static i => (ulong)i), pushes.Select(static push => push.CorrelationId));
        Assert.All(pushes, static push => Assert.Equal(InstancesOfAList, push.Pushed.Instances.Count));
        Assert.Equal(0, _node.PutOff());
        AssertIsServed(client);
    }

    [Fact]
    public void Four_hundred_registrations_with_a_query_each_are_all_answered()
    {
        _provider.Publish("s", 100, bytesEach: 200);
        RawClient client = _node.Connect(capacityBytes: Capacity);
        List<byte> bytes = [];
        for (uint i = 1; i <= 400; i++)
        {
            bytes.AddRange(RawClient.RequestBytes(MessageType.Register, i, new RegisterRequest { Name = "s", Instance = NewInstance((int)i, ip: "10.0.0.2") }));
            bytes.AddRange(RawClient.RequestBytes(MessageType.Query, 1000 + i, new QueryRequest { Name = "s" }));
        }

        client.Write([.. bytes]);
        List<ReceivedFrame> frames = ReadSlowly(client);
        Assert.All(frames, static frame => Assert.False(frame.IsError));
        Assert.Equal(800, frames.Select(static frame => frame.CorrelationId).Distinct().Count());
        Assert.Equal(500, _provider.Query("s").Instances.Count);
        AssertIsServed(client);
    }

    [Fact]
    public void Many_queries_of_large_lists_at_once_are_all_answered_to_a_client_that_reads_slowly()
    {
        for (int i = 1; i <= 20; i++)
        {
            _provider.Publish($"s{i}", 100, bytesEach: 550);
        }

        RawClient client = _node.Connect(capacityBytes: Capacity);
        client.Write([.. Enumerable.Range(1, 300).SelectMany(static i => RawClient.RequestBytes(
            MessageType.Query, (ulong)i, new QueryRequest { Name = $"s{(i % 20) + 1}" }))]);
        List<ReceivedFrame> frames = ReadSlowly(client);

        Assert.Equal(Enumerable.Range(1, 300).Select(static i => (ulong)i), frames.Select(static frame => frame.CorrelationId).Order());
        Assert.All(frames, static frame => Assert.Equal(100, frame.Answer(Snapshot.Parser).Instances.Count));
        AssertIsServed(client);
    }

    [Fact]
    public void Requests_of_another_kind_wait_as_requests_while_the_output_is_full()
    {
        _provider.Publish("filler", 50);
        _provider.Query("filler");
        RawClient client = _node.Connect(capacityBytes: 4096);
        byte[] query = RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "filler" });
        byte[] names = RawClient.RequestBytes(MessageType.ListServices, 2, new ListServicesRequest());
        client.WriteWithoutPump([.. query, .. query, .. names, .. query]);
        _node.Pump();
        long full = client.Connection.Outbound.QueuedBytes;
        _node.AdvanceSeconds(1);
        Assert.Equal(full, client.Connection.Outbound.QueuedBytes);
        Assert.Equal(4, client.ReadAll().Count);
    }

    [Fact]
    public void The_pushes_and_requests_of_a_client_that_does_not_read_wait_and_after_a_minute_it_is_told_to_go()
    {
        RawClient slow = _node.Connect(capacityBytes: Capacity);
        slow.Register("mine", 1);
        slow.Subscribe(1, "s");
        for (int i = 1; !slow.Connection.Outbound.IsAboveHighWaterMark; i++)
        {
            _provider.Batch("s", replace: true, RawClientFrames.Instances(i * 100, 20));
        }

        double putOff = _node.PutOff();
        _provider.Batch("s", replace: true, RawClientFrames.Instances(9000, 20));
        Assert.Equal(putOff + 1, _node.PutOff());
        long full = slow.Connection.Outbound.QueuedBytes;
        AssertBounded(slow);
        slow.Write(RawClient.RequestBytes(MessageType.Register, 77, new RegisterRequest { Name = "late", Instance = NewInstance(1) }));
        Assert.Empty(_provider.Query("late").Instances);
        Assert.Equal(full, slow.Connection.Outbound.QueuedBytes);

        for (int seconds = 0; seconds < 59; seconds++)
        {
            _provider.Ping(1);
            _node.AdvanceSeconds(1);
        }

        Assert.Null(slow.Connection.CloseReason);
        Assert.Equal([1], _provider.Query("mine").Ports());
        _node.AdvanceSeconds(1.2);
        Assert.Equal(GoAwayReason.SlowConsumer, slow.Connection.CloseReason?.GoAway);
        Assert.Empty(_provider.Query("mine").Instances);

        // Who reads again within the linger time learns why.
        ReceivedFrame last = slow.ReadAll()[^1];
        Assert.Equal(GoAwayReason.SlowConsumer, (GoAwayReason)last.GoAway.Reason);
        Assert.True(slow.SeesEnd);
        slow.Close();
        _provider.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Beyond_the_hard_limit_the_goaway_stands_behind_what_waits_and_the_publications_go_at_once()
    {
        using NodeFixture node = new(outbound: new OutboundLimits { HighWaterMarkBytes = 8_000, HardBytes = 20_000 });
        RawClient provider = node.Connect();
        provider.Publish("filler", 50);
        provider.Query("filler");
        RawClient slow = node.Connect(capacityBytes: 4096);
        slow.Register("mine", 1);

        // The second request is at a worker when the answer to the first one fills the output.
        slow.WriteWithoutPump([
            .. RawClient.RequestBytes(MessageType.ListServices, 1, new ListServicesRequest()),
            .. RawClient.RequestBytes(MessageType.Query, 2, new QueryRequest { Name = "filler" })]);
        node.Pump();

        Assert.Equal(GoAwayReason.SlowConsumer, slow.Connection.CloseReason?.GoAway);
        Assert.Empty(provider.Query("mine").Instances);
        List<ReceivedFrame> frames = slow.ReadAll();
        Assert.Equal([FrameKind.Response, FrameKind.Response, FrameKind.GoAway], frames.Select(static frame => frame.Kind));
        Assert.Equal(GoAwayReason.SlowConsumer, (GoAwayReason)frames[2].GoAway.Reason);
        Assert.True(slow.SeesEnd);
        slow.Close();
        provider.Close();
        node.AssertNothingHeld();
    }

    [Fact]
    public void While_one_client_does_not_read_the_others_are_pushed_and_answered()
    {
        RawClient slow = _node.Connect(capacityBytes: 4096);
        RawClient quick = _node.Connect();
        slow.Subscribe(1, "s");
        quick.Subscribe(1, "s");
        for (int i = 1; i <= 30; i++)
        {
            _provider.Batch("s", replace: true, RawClientFrames.Instances(i * 100, 20));
            Assert.Single(quick.ReadAll());
        }

        AssertBounded(slow);
        Assert.Equal(_provider.Query("s").Revision, slow.ReadAll()[^1].Pushed.Revision);
    }

    private static void AssertIsServed(RawClient client)
    {
        client.Ping(1);
        Assert.Equal(FrameKind.Pong, client.Read().Kind);
        Assert.Null(client.Connection.CloseReason);
        Assert.Equal(0, client.Connection.Outbound.QueuedBytes);
    }

    /// <summary>Reads a frame every 50 ms.</summary>
    private List<ReceivedFrame> ReadSlowly(RawClient client)
    {
        List<ReceivedFrame> frames = [];
        while (client.TryRead() is { } frame)
        {
            frames.Add(frame);
            AssertBounded(client);
            if (frames.Count % 100 == 0)
            {
                _provider.Ping(1);
                _provider.ReadAll();
            }

            _node.Advance(TimeSpan.FromMilliseconds(50));
        }

        return frames;
    }

    /// <summary>The mark, one answer of a worker, and one batch, which ends with the frame that passes the mark.</summary>
    private void AssertBounded(RawClient client) =>
        Assert.InRange(client.Connection.Outbound.QueuedBytes, 0, _limits.HighWaterMarkBytes + FrameBytes + FrameBytes);
}
