using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Push;

public sealed class LargeListTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _provider;

    public LargeListTests() => _provider = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("T-1", "T-4")]
    public void A_large_answer_and_a_large_push_come_as_chunks_of_at_most_16_KiB()
    {
        Publish(400);
        RawClient watcher = _node.Connect();
        Assert.Equal(400, watcher.Query("s").Instances.Count);
        Assert.True(watcher.Chunks > 4);
        Assert.Equal(400, watcher.Subscribe(1, "s").Instances.Count);
        int before = watcher.Chunks;
        Publish(400, "n");

        ReceivedFrame push = watcher.Read();
        Assert.Equal(FrameKind.Push, push.Kind);
        Assert.Equal(MessageType.SnapshotPush, push.Header.Type);
        Assert.Equal((1UL, 2UL), (push.CorrelationId, push.PushNumber));
        Assert.Equal(400, push.Pushed.Instances.Count);
        Assert.True(watcher.Chunks > before + 4);
        Assert.InRange(watcher.LargestChunkBytes, 1, WireLimits.MaximumChunkBytes + ChunkPrefix.Size);
        Assert.Null(watcher.TryRead());
    }

    [Fact]
    [ProtocolRule("T-10")]
    public void A_stream_stops_without_credit_and_other_frames_pass_it()
    {
        Publish(1000);
        RawClient watcher = _node.Connect();
        watcher.GivesCredit = false;
        Assert.Empty(watcher.TrySubscribe(NewSubscription(1, "s")).Refused);
        Assert.Null(watcher.TryRead());
        int chunks = watcher.Chunks;
        Assert.InRange(chunks, 16, 17);
        watcher.Subscribe(2, "small");
        watcher.Ping(5);
        Assert.Equal(FrameKind.Pong, watcher.Read().Kind);
        _provider.Register("small", 1);
        Assert.Equal([1], watcher.Read().Pushed.Ports());
        Assert.Equal(chunks, watcher.Chunks);

        GiveCredit(watcher, stream: 77, bytes: 1_000_000);
        Assert.Null(watcher.TryRead());
        Assert.Equal(chunks, watcher.Chunks);
        GiveCredit(watcher, stream: 1, bytes: 10_000_000);
        Assert.Equal(1000, watcher.Read().Pushed.Instances.Count);
        watcher.Close();
        _provider.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("S-17")]
    public void Changes_during_a_stream_are_one_push_after_it()
    {
        Publish(1000);
        RawClient watcher = _node.Connect();
        watcher.Subscribe(1, "s");
        watcher.GivesCredit = false;
        Publish(1000, "n");
        Assert.Null(watcher.TryRead());
        _provider.Register("s", 9002);
        _provider.Register("s", 9003);
        Assert.Null(watcher.TryRead());
        watcher.GivesCredit = true;
        GiveCredit(watcher, stream: 2, bytes: 10_000_000);

        List<ReceivedFrame> pushes = watcher.ReadAll();
        Assert.Equal(2, pushes.Count);
        Assert.Equal(1000, pushes[0].Pushed.Instances.Count);
        Assert.Equal([9002, 9003], pushes[1].ChangedPorts());
        Assert.Equal(pushes[0].Pushed.Revision, pushes[1].PushedDelta.BaseRevision);
        Assert.Equal([2UL, 3UL], pushes.Select(static push => push.PushNumber));
    }

    [Fact]
    [ProtocolRule("S-17")]
    public void A_list_that_shrinks_during_its_stream_does_not_overtake_it()
    {
        Publish(1000);
        RawClient watcher = _node.Connect();
        watcher.Subscribe(1, "s");
        watcher.GivesCredit = false;
        Publish(1000, "n");
        Assert.Null(watcher.TryRead());
        _provider.Batch("s", replace: true, NewInstance(1));
        Assert.Null(watcher.TryRead());
        GiveCredit(watcher, stream: 2, bytes: 10_000_000);

        Assert.Equal([1000, 1], watcher.ReadAll().Select(static push => push.Pushed.Instances.Count));
    }

    [Fact]
    public void A_budget_that_is_used_up_holds_for_large_lists_too()
    {
        Wire.Outbound.OutboundBudget budget = new(limitBytes: 20_000);
        using NodeFixture node = new(budget: budget);
        RawClient provider = node.Connect();
        RawClient blocker = node.Connect(capacityBytes: 1024);
        RawClient watcher = node.Connect();
        watcher.Subscribe(1, "s");
        provider.Register("block", NewInstance(1, metadata: new string('m', 1000)));
        for (ulong id = 1; !budget.IsExceeded; id++)
        {
            blocker.Write(RawClient.RequestBytes(MessageType.Query, id, new QueryRequest { Name = "block" }));
        }

        provider.Batch("s", replace: false, [.. Enumerable.Range(1, 200).Select(static port => NewInstance(port, metadata: new string('m', 1000)))]);
        Assert.Null(watcher.TryRead());
        Assert.Equal(0, watcher.Chunks);
        blocker.ReadAll();
        node.AdvanceSeconds(0.3);
        Assert.Equal(200, watcher.Read().Pushed.Instances.Count);
    }

    private static void GiveCredit(RawClient client, uint stream, uint bytes)
    {
        byte[] body = new byte[CreditBody.Size];
        new CreditBody(stream, bytes).Write(body);
        client.WriteFrame(new FrameHeader(CreditBody.Size, FrameKind.Credit, FrameFlags.None, MessageType.None, 0), body);
    }

    /// <summary>Instances of about 1 KiB each; with another letter all of them have changed.</summary>
    private void Publish(int count, string letter = "m")
    {
        for (int start = 0; start < count; start += 1000)
        {
            int size = Math.Min(1000, count - start);
            _provider.Batch("s", replace: false, [.. Enumerable.Range(start + 1, size).Select(port => NewInstance(port, metadata: new string(letter[0], 1000)))]);
        }
    }
}
