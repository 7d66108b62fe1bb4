using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Streams;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Large lists and answers: streams that keep to the client's limits, end when nobody wants them, and are not overtaken.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _provider;

    public StreamTests() => _provider = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_large_list_comes_as_answer_as_first_push_and_as_changed_list()
    {
        _provider.Publish("s", 400);
        RawClient client = _node.Connect();
        Assert.Equal(400, client.Query("s").Instances.Count);
        int chunks = client.Chunks;
        Assert.True(chunks > 4);
        Assert.Equal(400, client.Subscribe(1, "s").Instances.Count);
        Assert.True(client.Chunks > chunks + 4);
        chunks = client.Chunks;
        _provider.Batch("s", replace: true, RawClientFrames.Instances(2001, 410));
        Assert.Equal(410, client.ReadPush(1).Pushed.Instances.Count);
        Assert.True(client.Chunks > chunks + 4);
        Assert.InRange(client.LargestChunkBytes, 1, WireLimits.MaximumChunkBytes + ChunkPrefix.Size);
    }

    [Fact]
    public void Twenty_megabytes_arrive()
    {
        _provider.Publish("s", 19_000, bytesEach: 1010);
        RawClient client = _node.Connect();
        Snapshot list = client.Subscribe(1, "s");
        Assert.True(list.CalculateSize() > 19_000_000);
        Assert.Equal(19_000, list.Instances.Count);
        Assert.Equal(list.Revision, client.Query("s").Revision);
        Assert.Equal(0, _node.Resources.Budget.UsedBytes);
    }

    [Fact]
    public void More_large_answers_than_streams_wait_for_their_turn()
    {
        _provider.Publish("s", 100);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.Write([.. Enumerable.Range(1, 40).SelectMany(static i => RawClient.RequestBytes(MessageType.Query, (ulong)i, new QueryRequest { Name = "s" }))]);

        // 100 KB each fit the first credit, so all come.
        List<ReceivedFrame> answers = client.ReadAll();
        Assert.Equal(Enumerable.Range(1, 40).Select(static i => (ulong)i), answers.Select(static answer => answer.CorrelationId).Order());
        Assert.All(answers, static answer => Assert.Equal(100, answer.Answer(Snapshot.Parser).Instances.Count));
    }

    [Theory]
    [InlineData(2u, 1_000_000u)]
    [InlineData(16u, 250_000u)]
    [InlineData(1u, 110_000u)]
    public void What_does_not_fit_the_limits_of_a_client_waits_and_nothing_is_refused(uint streams, uint streamBytes)
    {
        for (int i = 1; i <= 10; i++)
        {
            _provider.Publish($"s{i}", 100);
        }

        RawClient client = _node.ConnectWith(new Wire.Messages.Limits { Streams = streams, StreamBytes = streamBytes, StreamCreditBytes = 20_000 });
        LimitedReader reader = new(_node, client, new StreamLimits((int)streams, streamBytes, 20_000));
        client.WriteWithoutPump([
            .. Enumerable.Range(1, 10).SelectMany(static i => RawClient.RequestBytes(MessageType.Query, (ulong)i, new QueryRequest { Name = $"s{i}" })),
            .. Enumerable.Range(11, 10).SelectMany(static i => RawClient.RequestBytes(
                MessageType.Subscribe, (ulong)i, new SubscribeRequest { Subscriptions = { NewSubscription((ulong)i, $"s{i - 10}") } }))]);
        reader.ReadAll();

        Assert.Null(client.Connection.CloseReason);
        Assert.Equal(30, reader.Frames.Count);
        Assert.All(reader.Frames, static frame => Assert.False(frame.IsError));
        Assert.Equal(10, reader.Frames.Count(static frame => frame.Kind == FrameKind.Push && frame.Pushed.Instances.Count == 100));
        Assert.Equal(10, reader.Frames.Count(static frame => frame.Type == MessageType.Query && frame.Answer(Snapshot.Parser).Instances.Count == 100));
        Assert.InRange(reader.MostOpen, 1, (int)streams);
        Assert.InRange(reader.MostAnnounced, 1, streamBytes);
        Assert.Equal(0, _node.Resources.Budget.UsedBytes);
    }

    [Fact]
    public void A_client_that_gives_no_credit_for_the_list_of_a_subscription_goes_after_a_minute_and_is_told()
    {
        _provider.Publish("s", 600);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.Request(MessageType.Subscribe, new SubscribeRequest { Subscriptions = { NewSubscription(1, "s") } });
        for (int seconds = 0; seconds < 59; seconds++)
        {
            client.Ping(1);
            _provider.Ping(1);
            client.ReadAll();
            _node.AdvanceSeconds(1);
        }

        Assert.Null(client.Connection.CloseReason);
        _node.AdvanceSeconds(2);
        Assert.Equal(GoAwayReason.SlowConsumer, (GoAwayReason)client.ReadAll()[^1].GoAway.Reason);
        client.Close();
        _provider.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_cancelled_request_ends_its_stream_and_the_others_go_on()
    {
        _provider.Publish("s", 600);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        ulong unwanted = client.Request(MessageType.Query, new QueryRequest { Name = "s" });
        ulong wanted = client.Request(MessageType.Query, new QueryRequest { Name = "s" });
        Assert.Null(client.TryRead());
        Assert.Equal(2, client.OpenStreams);
        client.Cancel(unwanted);
        Assert.Null(client.TryRead());
        Assert.Equal((1, 1), (client.StreamResets, client.OpenStreams));

        client.GiveCredit(stream: 2, bytes: 10_000_000);
        Assert.Equal(wanted, client.Read().CorrelationId);
        Assert.Null(client.TryRead());
        AssertNothingUnderWay(client);
    }

    [Fact]
    public void Cancelled_streams_give_their_places_to_those_that_wait()
    {
        _provider.Publish("s", 600);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        ulong[] ids = [.. Enumerable.Range(0, 40).Select(_ => client.Request(MessageType.Query, new QueryRequest { Name = "s" }))];
        Assert.Null(client.TryRead());
        Assert.Equal(16, client.OpenStreams);
        foreach (ulong id in ids[..39])
        {
            client.Cancel(id);
            Assert.Null(client.TryRead());
        }

        Assert.Equal(1, client.OpenStreams);
        client.GiveCredit((uint)(client.StreamResets + 1), bytes: 10_000_000);
        Assert.Equal(ids[39], client.Read().CorrelationId);
        AssertNothingUnderWay(client);
    }

    [Fact]
    public void An_unsubscribe_ends_the_stream_of_its_list_and_the_next_list_begins()
    {
        _provider.Publish("a", 600);
        _provider.Publish("b", 100);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "a"), NewSubscription(2, "b"));
        Assert.Null(client.TryRead());
        Assert.Equal(1, client.OpenStreams);
        Assert.True(client.Unsubscribe(1));

        Assert.Equal(100, client.ReadPush(2).Pushed.Instances.Count);
        Assert.Null(client.TryRead());
        Assert.Equal((1, 0), (client.StreamResets, client.OpenStreams));
        Assert.Equal(1, _node.Registry.SubscriptionCount);
        AssertNothingUnderWay(client);
    }

    [Fact]
    public void A_push_that_the_client_has_reset_is_followed_by_the_whole_list_at_the_next_change()
    {
        _provider.Publish("s", 600);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "s"));
        Assert.Null(client.TryRead());
        client.ResetStream(1);
        Assert.Null(client.TryRead());
        Assert.Equal(0, _node.Resources.Budget.UsedBytes);
        client.AssertServed();

        client.GivesCredit = true;
        _provider.Register("s", 9001);
        ReceivedFrame? push = client.TryRead();
        Assert.Equal(601, push?.Pushed.Instances.Count);
        _provider.Register("s", 9002);
        Assert.Single(client.Read().PushedDelta.Upserted);
    }

    [Fact]
    public void It_is_the_whole_list_also_when_the_output_had_no_room_at_the_change()
    {
        _provider.Publish("s", 600);
        _provider.Publish("filler", 50);
        _provider.Query("filler");
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "s"));
        Assert.Null(client.TryRead());
        client.ResetStream(1);
        byte[] query = RawClient.RequestBytes(MessageType.Query, 900, new QueryRequest { Name = "filler" });
        while (!client.Connection.Outbound.IsAboveHighWaterMark)
        {
            client.Write(query);
        }

        double putOff = _node.PutOff();
        _provider.Register("s", 9001);
        Assert.Equal(putOff + 1, _node.PutOff());
        client.GivesCredit = true;
        Assert.Equal(601, client.ReadAll().Single(static frame => frame.Kind == FrameKind.Push).Pushed.Instances.Count);
    }

    [Fact]
    public void A_delta_waits_for_the_end_of_the_list_that_is_under_way_and_costs_the_worker_no_turns()
    {
        _provider.Publish("s", 600);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "s"));
        Assert.Null(client.TryRead());
        RegistryClient other = Make.Client("other");
        PushWorker worker = Assert.Single(_node.Node.Push.Workers.ToArray());
        double putOff = _node.PutOff();
        int steps = 0;
        for (int change = 0; change < 10; change++)
        {
            _node.Registry.Register(other, "s", Make.Instance(9000 + change));
            while (worker.Step())
            {
                Assert.True(++steps < 100, "the worker tries again and again what cannot be sent");
            }
        }

        Assert.InRange(_node.PutOff() - putOff, 1, 20);
        Assert.Null(client.TryRead());
        client.GiveCredit(stream: 1, bytes: 10_000_000);
        List<ReceivedFrame> pushes = client.ReadAll();
        Assert.Equal(600, pushes[0].Pushed.Instances.Count);
        RawClientFrames.AssertSame(_provider.Query("s"), pushes[0].Pushed.With(Assert.Single(pushes[1..]).PushedDelta));
    }

    [Fact]
    public void A_list_that_shrinks_below_a_stream_does_not_overtake_the_one_under_way()
    {
        _provider.Publish("s", 600);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "s"));
        _provider.Batch("s", replace: true, NewInstance(1));
        Assert.Null(client.TryRead());
        client.GiveCredit(stream: 1, bytes: 10_000_000);
        Assert.Equal([600, 1], client.ReadAll().Select(static push => push.Pushed.Instances.Count));
    }

    [Fact]
    public void Many_large_lists_come_one_after_another_and_small_ones_between_them()
    {
        for (int i = 1; i <= 6; i++)
        {
            _provider.Publish($"large{i}", 300);
        }

        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.TrySubscribe([.. Enumerable.Range(1, 6).Select(static i => NewSubscription((ulong)i, $"large{i}"))]);
        Assert.Null(client.TryRead());
        Assert.Equal(1, client.OpenStreams);
        Assert.Empty(client.Subscribe(7, "small").Instances);
        for (uint stream = 1; stream <= 6; stream++)
        {
            Assert.Equal(1, client.OpenStreams);
            client.GiveCredit(stream, bytes: 10_000_000);
            ReceivedFrame push = client.Read();
            Assert.Equal((stream, 300), ((uint)push.CorrelationId, push.Pushed.Instances.Count));
            Assert.Null(client.TryRead());
        }

        // Each of the five found the first one under way once, and came when it was its turn.
        Assert.Equal(5, _node.PutOff());
        AssertNothingUnderWay(client);
    }

    [Fact]
    public void The_body_that_a_hundred_clients_read_as_a_stream_counts_once_in_the_budget()
    {
        _provider.Publish("s", 1000);
        int bytes = _provider.Query("s").CalculateSize();
        RawClient[] readers = [.. Enumerable.Range(0, 100).Select(_ => _node.Connect())];
        foreach (RawClient reader in readers)
        {
            reader.GivesCredit = false;
            reader.Request(MessageType.Subscribe, new SubscribeRequest { Subscriptions = { NewSubscription(1, "s") } });
            reader.ReadAll();
        }

        Assert.All(readers, static reader => Assert.Equal(1, reader.OpenStreams));
        Assert.Equal(bytes, _node.Resources.Budget.UsedBytes);
        _provider.Register("s", 9001);
        foreach (RawClient reader in readers)
        {
            reader.GivesCredit = true;
            reader.GiveCredit(stream: 1, bytes: 10_000_000);
            Assert.Equal(2, reader.ReadAll().Count);
        }

        Assert.Equal(0, _node.Resources.Budget.UsedBytes);
        Array.ForEach(readers, static reader => reader.Close());
        _provider.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void The_end_of_a_connection_gives_back_what_its_streams_hold()
    {
        _provider.Publish("s", 1000);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "s"));
        for (int i = 0; i < 30; i++)
        {
            client.Request(MessageType.Query, new QueryRequest { Name = "s" });
        }

        client.ReadAll();
        Assert.True(_node.Resources.Budget.UsedBytes > 0);
        client.Close();
        Assert.Equal(0, _node.Resources.Budget.UsedBytes);
        _provider.Close();
        _node.AssertNothingHeld();
    }

    private void AssertNothingUnderWay(RawClient client)
    {
        Assert.Equal(0, client.OpenStreams);
        Assert.Equal(0, _node.Resources.Budget.UsedBytes);
        client.AssertServed();
    }
}
