using FastRegistry.Registry.Events;
using FastRegistry.Registry.Push;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A client that is there and does not say for 30 s that it has taken in a push that asked for it.</summary>
public sealed class NotTakenInTests : IDisposable
{
    private readonly RecordingObserver _observer = new(static kind => kind == EventKind.PushNotTakenIn);
    private readonly NodeFixture _node;
    private readonly RawClient _provider;
    private readonly RawClient _watcher;

    public NotTakenInTests()
    {
        _node = new NodeFixture(observers: _observer);
        _provider = _node.Connect();
        _watcher = _node.Connect();
        _provider.Batch("s", replace: false, [.. Enumerable.Range(1, 100).Select(static port => NewInstance(port))]);
        _provider.Batch("t", replace: false, [.. Enumerable.Range(1, 100).Select(static port => NewInstance(port))]);
        _watcher.Subscribe(1, "s");
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("A-6")]
    public void Is_named_by_an_event_and_counted_and_keeps_its_connection()
    {
        LiveFor(29.8);
        Assert.Empty(_observer.Heard);
        Assert.Equal(0, Gauge);
        LiveFor(0.5);
        Assert.Equal((2L, "client-2"), (Assert.Single(_observer.Heard).Session, _observer.Heard[0].Client.ToString()));
        Assert.Equal(1, Gauge);

        LiveFor(300);
        Assert.Single(_observer.Heard);
        Assert.Equal(1, Gauge);
        Assert.Null(_watcher.Connection.CloseReason);
        Assert.Equal(2, _node.Node.Services.Sessions.Count);
    }

    [Fact]
    public void Is_sent_every_change_as_before_and_nothing_twice()
    {
        LiveFor(31);
        Assert.Equal(1, Gauge);
        for (int port = 101; port <= 120; port++)
        {
            _provider.Register("s", port);
            ReceivedFrame push = Assert.Single(LiveFor(3));
            Assert.Equal([port], push.ChangedPorts());
        }

        Assert.Single(_observer.Heard);
    }

    [Fact]
    [ProtocolRule("A-6")]
    public void Gets_one_whole_list_for_each_subscription_with_its_next_ack()
    {
        _watcher.Subscribe(2, "t");
        LiveFor(31);
        _provider.Register("t", 101);
        Assert.Equal([101], Assert.Single(LiveFor(1)).ChangedPorts());
        Assert.Equal(1, Gauge);

        _watcher.Acknowledge(_watcher.Pushes);
        Assert.Equal(0, Gauge);
        ReceivedFrame[] lists = [.. _watcher.ReadAll().OrderBy(static push => push.CorrelationId)];
        Assert.Equal([1UL, 2UL], lists.Select(static push => push.CorrelationId));
        Assert.Equal([100, 101], lists.Select(static push => push.Pushed.Instances.Count));

        // Whoever takes in what it is sent from now on is sent nothing more.
        _watcher.Acknowledge(_watcher.Pushes);
        Assert.Empty(LiveFor(120));
        Assert.Single(_observer.Heard);
        _provider.Register("s", 101);
        ReceivedFrame delta = Assert.Single(LiveFor(1));
        Assert.Equal((MessageType.DeltaPush, lists[0].Pushed.Revision), (delta.Type, delta.PushedDelta.BaseRevision));
    }

    [Fact]
    public void Is_named_again_when_it_stops_again()
    {
        LiveFor(31);
        _watcher.Acknowledge(_watcher.Pushes);
        _watcher.ReadAll();
        _watcher.Acknowledge(_watcher.Pushes);
        LiveFor(11);
        _provider.Register("s", 101);
        Assert.True(Assert.Single(LiveFor(1)).AsksForAck);
        Assert.Single(_observer.Heard);
        LiveFor(30);
        Assert.Equal(2, _observer.Heard.Count);
        Assert.Equal(1, Gauge);
        _watcher.Acknowledge(_watcher.Pushes);
        Assert.Equal(0, Gauge);
    }

    [Fact]
    public void An_ack_of_what_came_before_the_awaited_push_does_not_count()
    {
        _watcher.Acknowledge(1);
        _provider.Register("s", 101);
        LiveFor(11);
        _provider.Register("s", 102);
        Assert.True(Assert.Single(LiveFor(31)).AsksForAck);
        Assert.Equal(1, Gauge);
        _watcher.Acknowledge(_watcher.Pushes - 1);
        Assert.Equal(1, Gauge);
        Assert.Null(_watcher.TryRead());
        _watcher.Acknowledge(_watcher.Pushes);
        Assert.Equal(0, Gauge);
    }

    [Fact]
    [ProtocolRule("A-6")]
    public void Is_one_only_after_the_last_push_that_asked_was_there_for_30_seconds()
    {
        // The first push asked; so does this one. The client acknowledges the first late.
        LiveFor(11);
        _provider.Register("s", 101);
        Assert.True(Assert.Single(LiveFor(18.5)).AsksForAck);
        _watcher.Acknowledge(1);
        LiveFor(29.5);
        Assert.Empty(_observer.Heard);
        LiveFor(1);
        Assert.Single(_observer.Heard);
    }

    [Fact]
    public void Late_but_in_time_is_in_time()
    {
        for (int round = 1; round <= 10; round++)
        {
            LiveFor(29);
            _watcher.Acknowledge(_watcher.Pushes);
            _provider.Register("s", 100 + round);
            Assert.True(_watcher.Read().AsksForAck);
        }

        Assert.Empty(_observer.Heard);
        Assert.Equal(0, Gauge);
    }

    [Fact]
    public void What_did_not_ask_is_not_awaited()
    {
        _watcher.Acknowledge(1);
        _provider.Register("s", 101);
        Assert.False(_watcher.Read().AsksForAck);
        LiveFor(120);
        Assert.Empty(_observer.Heard);
    }

    [Fact]
    public void A_list_that_completes_behind_what_was_acknowledged_is_awaited()
    {
        RawClient client = _node.Connect();
        _provider.Batch("large", replace: false, [.. Enumerable.Range(1, 600).Select(static port => NewInstance(port, metadata: new string('m', 1000)))]);
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "large"));
        client.TrySubscribe(NewSubscription(2, "small"));
        Assert.Equal(2UL, client.Read().CorrelationId);
        client.Acknowledge(1);
        byte[] credit = new byte[CreditBody.Size];
        new CreditBody(1, 10_000_000).Write(credit);
        client.WriteFrame(new FrameHeader(CreditBody.Size, FrameKind.Credit, FrameFlags.None, MessageType.None, 0), credit);
        Assert.True(client.Read() is { CorrelationId: 1, PushNumber: 2, AsksForAck: true });

        _watcher.Acknowledge(1);
        for (int second = 0; second < 32; second++)
        {
            client.Ping(1);
            LiveFor(1);
        }

        Assert.Equal(3L, Assert.Single(_observer.Heard).Session);
    }

    [Fact]
    public void Who_does_not_read_is_a_slow_consumer_and_not_named_as_one_that_takes_nothing_in()
    {
        _watcher.Acknowledge(1);
        RawClient slow = _node.Connect(capacityBytes: 4096);
        slow.Subscribe(1, "busy");
        _provider.Batch("busy", replace: false, [.. Enumerable.Range(1, 200).Select(static port => NewInstance(port, metadata: new string('x', 100)))]);
        for (int second = 0; second < 59; second++)
        {
            Assert.True(slow.Connection.Outbound.QueuedBytes > 0);
            slow.Ping(1);
            LiveFor(1);
        }

        LiveFor(1.3);
        Assert.Equal(GoAwayReason.SlowConsumer, slow.Connection.CloseReason?.GoAway);
        Assert.Empty(_observer.Heard);
    }

    [Fact]
    public void Who_is_silent_is_probed_and_not_named()
    {
        LiveFor(1);
        KeepProvider(20.3);
        Assert.Equal(FrameKind.Probe, _watcher.Read().Kind);
        KeepProvider(6);
        _watcher.ReadGoAway(GoAwayReason.IdleTimeout);
        Assert.Empty(_observer.Heard);
    }

    [Fact]
    public void Leaves_the_count_with_its_session()
    {
        LiveFor(31);
        Assert.Equal(1, Gauge);
        _watcher.Close();
        Assert.Equal(0, Gauge);
        _provider.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void The_time_is_a_setting()
    {
        using NodeFixture node = new(push: new PushOptions { AckDeadline = TimeSpan.FromSeconds(5) }, observers: _observer);
        RawClient client = node.Connect();
        client.Subscribe(1, "s");
        node.AdvanceSeconds(4);
        client.Ping(1);
        node.AdvanceSeconds(0.9);
        Assert.Empty(_observer.Heard);
        node.AdvanceSeconds(0.3);
        Assert.Single(_observer.Heard);
    }

    private double Gauge => _node.Node.Metrics.Definitions.Single(static definition => definition.Name == "fastregistry_clients_not_taking_in").Read();

    /// <summary>The watcher reads and pings and acknowledges nothing. What else than pongs it has got.</summary>
    private List<ReceivedFrame> LiveFor(double seconds)
    {
        List<ReceivedFrame> pushes = [];
        for (double left = seconds; left > 1e-9; left -= 0.1)
        {
            _watcher.Ping(1);
            KeepProvider(Math.Min(left, 0.1));
            pushes.AddRange(_watcher.ReadAll().Where(static frame => frame.Kind != FrameKind.Pong));
        }

        return pushes;
    }

    private void KeepProvider(double seconds)
    {
        for (double left = seconds; left > 1e-9; left -= 1)
        {
            _provider.Ping(1);
            _node.AdvanceSeconds(Math.Min(left, 1));
            _provider.ReadAll();
        }
    }
}
