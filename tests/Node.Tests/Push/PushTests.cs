using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Push;

public sealed class PushTests : IDisposable
{
    private const int Capacity = 16 * 1024;

    private readonly NodeFixture _node = new(pushWorkers: 2);
    private readonly RawClient _provider;

    public PushTests() => _provider = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("S-14")]
    public void Every_change_reaches_every_subscriber_in_order()
    {
        RawClient[] watchers = [.. Enumerable.Range(0, 3).Select(_ => _node.Connect())];
        foreach (RawClient watcher in watchers)
        {
            watcher.Subscribe(11, "s");
            watcher.Subscribe(12, "t");
        }

        for (int port = 1; port <= 10; port++)
        {
            _provider.Register(port % 2 == 0 ? "s" : "t", port);
        }

        foreach (RawClient watcher in watchers)
        {
            List<ReceivedFrame> pushes = watcher.ReadAll();
            Assert.Equal(Enumerable.Range(3, 10).Select(static i => (ulong)i), pushes.Select(static push => push.PushNumber));
            Assert.Equal(Enumerable.Range(1, 10).Select(static i => i % 2 == 0 ? 11UL : 12UL), pushes.Select(static push => push.CorrelationId));
            Assert.Equal([2, 4, 6, 8, 10], pushes[9].Pushed.Ports());
            Assert.All(pushes.Zip(pushes.Skip(1)), static pair => Assert.True(pair.First.Pushed.Revision < pair.Second.Pushed.Revision));
            Assert.All(pushes, push => Assert.InRange(push.PushPrefix.ChangedAtMicroseconds, 1, long.MaxValue));
        }
    }

    [Fact]
    public void The_first_list_is_the_first_push_and_is_not_pushed_again()
    {
        _provider.Batch("s", replace: false, [.. Enumerable.Range(1, 100).Select(static port => NewInstance(port))]);
        _provider.Register("t", 1);
        RawClient watcher = _node.Connect();

        Assert.Equal(100, watcher.Subscribe(1, "s").Instances.Count);
        Assert.Equal([1], watcher.Subscribe(2, "t").Ports());
        Assert.Null(watcher.TryRead());
    }

    [Fact]
    [ProtocolRule("S-15")]
    public void Changes_before_a_worker_comes_to_it_are_one_push()
    {
        RawClient watcher = _node.Connect();
        watcher.Subscribe(1, "s");
        for (int port = 1; port <= 50; port++)
        {
            _provider.WriteWithoutPump(
                RawClient.RequestBytes(MessageType.Register, (ulong)port, new RegisterRequest { Name = "s", Instance = NewInstance(port) }));
            _node.PumpTransports();
        }

        Assert.Equal(1, _node.Node.Push.Workers.Sum(static worker => worker.Queued));
        _node.Pump();
        Assert.Equal(50, Assert.Single(watcher.ReadAll()).Pushed.Instances.Count);
    }

    [Fact]
    public void A_change_that_a_filter_hides_and_a_waiting_publication_are_told_apart()
    {
        RawClient east = _node.Connect();
        east.Subscribe(1, "s", false, "east");
        _provider.Register("s", NewInstance(1, cluster: "east"));
        Assert.Equal([1], east.Read().Pushed.Ports());
        RawClient twin = _node.Connect();
        twin.Register("s", NewInstance(1, cluster: "east"));
        twin.Close();
        Assert.Null(east.TryRead());
    }

    [Fact]
    public void Unsubscribed_and_closed_sessions_get_nothing()
    {
        RawClient watcher = _node.Connect();
        RawClient closing = _node.Connect();
        watcher.Subscribe(1, "s");
        closing.Subscribe(1, "s");
        Assert.True(watcher.Unsubscribe(1));
        Assert.False(watcher.Unsubscribe(1));
        closing.Close();
        _provider.Register("s", 1);

        Assert.Null(watcher.TryRead());
        Assert.Equal(0, _node.Registry.Find()!.SubscriberCount);

        // The two first lists.
        Assert.Equal(2, _node.Node.Push.Workers.Sum(static worker => worker.Pushes));
    }

    [Fact]
    [ProtocolRule("S-16")]
    public void A_subscriber_that_is_behind_gets_one_newest_list_when_it_drains()
    {
        RawClient watcher = _node.Connect(capacityBytes: Capacity);
        watcher.Subscribe(1, "s");
        watcher.Subscribe(2, "t");
        FillUntilBehind(watcher, "s");
        long queued = watcher.Connection.Outbound.QueuedBytes;
        long pushes = _node.Node.Push.Workers.Sum(static worker => worker.Pushes);
        for (int port = 2000; port < 2100; port++)
        {
            _provider.Register("s", port);
            _provider.Register("t", port);
        }

        Assert.Equal(queued, watcher.Connection.Outbound.QueuedBytes);
        Assert.Equal(pushes, _node.Node.Push.Workers.Sum(static worker => worker.Pushes));
        List<ReceivedFrame> received = watcher.ReadAll();

        // The two first lists were read before.
        Assert.Equal(pushes - 2 + 2, received.Count);
        Assert.Equal(Enumerable.Range(3, received.Count).Select(static i => (ulong)i), received.Select(static push => push.PushNumber));
        AssertNewest(received, 1, "s");
        AssertNewest(received, 2, "t");
    }

    [Fact]
    public void A_subscription_that_ends_while_it_waits_to_be_resynced_gets_nothing()
    {
        OutboundBudget budget = new(limitBytes: 20_000);
        using NodeFixture node = new(budget: budget);
        RawClient provider = node.Connect();
        RawClient blocker = node.Connect(capacityBytes: 1024);
        provider.Register("large", NewInstance(1, metadata: new string('m', 1000)));
        RawClient watcher = node.Connect();
        watcher.Subscribe(1, "s");
        UseUp(budget, blocker);
        provider.Register("s", 1);
        Assert.True(watcher.Unsubscribe(1));
        blocker.ReadAll();
        node.AdvanceSeconds(1);

        Assert.Null(watcher.TryRead());
    }

    [Fact]
    [ProtocolRule("S-16")]
    public void A_used_up_budget_puts_pushes_off_until_there_is_room()
    {
        OutboundBudget budget = new(limitBytes: 20_000);
        using NodeFixture node = new(budget: budget);
        RawClient provider = node.Connect();
        RawClient blocker = node.Connect(capacityBytes: 1024);
        provider.Register("large", NewInstance(1, metadata: new string('m', 1000)));
        RawClient watcher = node.Connect();
        watcher.Subscribe(1, "s");
        UseUp(budget, blocker);
        provider.Register("s", 1);
        provider.Register("s", 2);
        node.AdvanceSeconds(2);
        Assert.Null(watcher.TryRead());
        Assert.Equal([1, 2], watcher.Query("s").Ports());
        blocker.ReadAll();
        node.AdvanceSeconds(0.3);

        Assert.Equal([1, 2], Assert.Single(watcher.ReadAll()).Pushed.Ports());
    }

    [Fact]
    [ProtocolRule("L-10")]
    public void An_empty_list_says_why_it_is_empty()
    {
        RawClient watcher = _node.Connect();
        Assert.Equal(EmptyReason.NeverSeen, watcher.Subscribe(1, "s").EmptyReason);
        _provider.Register("s", 1);
        Assert.Equal(EmptyReason.NotEmpty, watcher.Read().Pushed.EmptyReason);
        _provider.Deregister("s", 1);
        Assert.Equal(EmptyReason.Deregistered, watcher.Read().Pushed.EmptyReason);
        RawClient mortal = _node.Connect();
        mortal.Register("s", 2);
        Assert.Equal([2], watcher.Read().Pushed.Ports());
        mortal.Close();
        Assert.Equal(EmptyReason.Lost, watcher.Read().Pushed.EmptyReason);
    }

    [Fact]
    [ProtocolRule("L-6")]
    public void During_warm_up_lists_are_provisional_and_at_its_end_who_was_sent_one_is_told_that_it_is_complete()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions());
        RawClient provider = node.Connect();
        RawClient watcher = node.Connect();
        Assert.True(watcher.Subscribe(1, "s").Provisional);
        Assert.True(watcher.Subscribe(2, "never").Provisional);
        Assert.True(watcher.Query("unknown").Provisional);
        provider.Register("s", 1);
        Snapshot pushed = watcher.Read().Pushed;
        Assert.True(pushed.Provisional);
        node.AdvanceSeconds(14.9);
        Assert.Null(watcher.TryRead());
        Assert.True(watcher.Query("s").Provisional);
        node.AdvanceSeconds(3.2);

        // Nothing has changed: no new revision, and no list is sent.
        Dictionary<ulong, SnapshotUnchanged> complete = watcher.ReadAll().ToDictionary(static push => push.CorrelationId, static push => push.PushedUnchanged);
        Assert.Equal([1UL, 2UL], complete.Keys.Order());
        Assert.All(complete.Values, static unchanged => Assert.False(unchanged.Provisional));
        Assert.Equal((pushed.Epoch, pushed.Revision), (complete[1].Epoch, complete[1].Revision));
        Assert.Equal((EmptyReason.NotEmpty, EmptyReason.NeverSeen), (complete[1].EmptyReason, complete[2].EmptyReason));
        Assert.False(watcher.Query("s").Provisional);
        node.AdvanceSeconds(4);
        Assert.Null(watcher.TryRead());
        Assert.False(watcher.Query("unknown").Provisional);
    }

    private static void UseUp(OutboundBudget budget, RawClient blocker)
    {
        for (ulong id = 1; !budget.IsExceeded; id++)
        {
            blocker.Write(RawClient.RequestBytes(MessageType.Query, id, new QueryRequest { Name = "large" }));
        }
    }

    private void AssertNewest(List<ReceivedFrame> received, ulong subscription, string service)
    {
        long[] revisions = [.. received.Where(push => push.CorrelationId == subscription).Select(static push => push.PushedRevision())];
        Assert.Equal(_node.Registry.Find(service)!.Revision, revisions[^1]);
        Assert.Equal(revisions.Order(), revisions);
    }

    private void FillUntilBehind(RawClient watcher, string service)
    {
        for (int port = 1; !watcher.Connection.Outbound.IsAboveHighWaterMark; port++)
        {
            Assert.True(port < 2000);
            _provider.Register(service, NewInstance(port, metadata: new string('m', 500)));
        }
    }
}
