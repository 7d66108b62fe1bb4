using FastRegistry.Registry.Push;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Tests.Push;

/// <summary>What a node does for a client that is there and does not acknowledge its pushes.</summary>
public sealed class PushRetryTests : IDisposable
{
    private readonly NodeFixture _node = new(push: new PushOptions { MergeWindowMaximum = TimeSpan.Zero });
    private readonly RawClient _provider;
    private readonly RawClient _watcher;
    private double _seconds;

    public PushRetryTests()
    {
        _provider = _node.Connect();
        _watcher = _node.Connect();
        _watcher.Subscribe(1, "s");
        _node.AdvanceSeconds(1);
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_client_is_told_within_which_time_to_acknowledge()
    {
        RawClient client = _node.ConnectBare();
        Assert.Equal(5_000u, client.SetUp().PushAckMilliseconds);
    }

    [Fact]
    public void A_list_that_is_not_acknowledged_in_time_is_sent_again_whole_and_asks_for_an_ack()
    {
        _provider.Register("s", 1);
        Acknowledge(_watcher.Read().PushPrefix.Sequence);
        _provider.Register("s", 2);
        ReceivedFrame first = _watcher.Read();
        Assert.Equal(FrameFlags.None, first.Header.Flags);

        (double at, ReceivedFrame again) = Assert.Single(LiveFor(10.5));
        Assert.InRange(at, 5, 10.2);
        Assert.Equal((FrameKind.Push, MessageType.SnapshotPush, FrameFlags.AckNow), (again.Kind, again.Header.Type, again.Header.Flags));
        Assert.Equal(first.Pushed, again.Pushed);
        Assert.Equal(first.PushPrefix.Sequence + 1, again.PushPrefix.Sequence);
        Acknowledge(again.PushPrefix.Sequence);
        Assert.Empty(LiveFor(60));
        Assert.Equal((1, 0), (Retries, GivenUp));
    }

    [Fact]
    public void Repetitions_back_off_and_end_after_the_fifth()
    {
        _provider.Register("s", 1);
        _watcher.Read();
        List<(double At, ReceivedFrame Push)> repeated = LiveFor(300);
        Assert.Equal(5, repeated.Count);
        double[] waits = [.. repeated.Zip(repeated.Skip(1), static (one, two) => two.At - one.At)];
        double[] expected = [1, 2, 4, 8];
        Assert.All(expected.Zip(waits), static pair => Assert.InRange(pair.Second, pair.First - 0.1, pair.First + 0.3));
        Assert.All(repeated, static one => Assert.Equal(FrameFlags.AckNow, one.Push.Header.Flags));
        Assert.Equal((5, 1), (Retries, GivenUp));
        Assert.Null(_watcher.Connection.CloseReason);
    }

    [Fact]
    public void A_client_that_never_acknowledges_still_gets_every_change_and_no_more_repetitions()
    {
        for (int port = 1; port <= 120; port++)
        {
            _provider.Register("s", port);
            LiveFor(1);
        }

        Assert.Equal((5, 1), (Retries, GivenUp));
        _provider.Register("s", 1000);
        Assert.Equal(121, _watcher.Read().Pushed.Instances.Count);
        Assert.Empty(LiveFor(120));
    }

    [Fact]
    public void After_the_last_repetition_the_next_ack_brings_one_whole_list()
    {
        _provider.Register("s", 1);
        _watcher.Read();
        ulong last = LiveFor(300)[^1].Push.PushPrefix.Sequence;
        Acknowledge(last - 1);
        ReceivedFrame push = _watcher.Read();
        Assert.Equal((MessageType.SnapshotPush, FrameFlags.AckNow, 1), (push.Header.Type, push.Header.Flags, push.Pushed.Instances.Count));
        Acknowledge(push.PushPrefix.Sequence);
        Assert.Empty(LiveFor(60));

        // From then on acks are awaited as before.
        _provider.Register("s", 2);
        _watcher.Read();
        Assert.Equal(5, LiveFor(300).Count);
        Assert.Equal((10, 2), (Retries, GivenUp));
    }

    [Fact]
    public void Only_what_is_not_acknowledged_is_sent_again()
    {
        _watcher.Subscribe(2, "t");
        _watcher.Subscribe(3, "u");
        _provider.Register("s", 1);
        _provider.Register("t", 1);
        Acknowledge(_watcher.ReadAll()[^1].PushPrefix.Sequence);
        _provider.Register("t", 2);
        _watcher.ReadAll();
        (_, ReceivedFrame again) = Assert.Single(LiveFor(10));
        Assert.Equal(2UL, again.CorrelationId);
    }

    [Fact]
    public void A_client_that_acknowledges_late_but_in_time_is_never_sent_anything_twice()
    {
        int port = 0;
        for (int round = 0; round < 30; round++)
        {
            ulong sequence = 0;
            for (int i = 0; i < 4; i++)
            {
                _provider.Register("s", ++port);
                sequence = _watcher.Read().PushPrefix.Sequence;
                Assert.Empty(LiveFor(0.95));
            }

            Acknowledge(sequence);
        }

        Assert.Equal((0, 0), (Retries, GivenUp));
    }

    [Fact]
    public void A_client_that_is_silent_is_probed_and_sent_nothing_twice()
    {
        _provider.Register("s", 1);
        _watcher.Read();
        AdvanceKeepingTheProvider(18);
        Assert.Null(_watcher.TryRead());
        AdvanceKeepingTheProvider(3);
        Assert.Equal(FrameKind.Probe, _watcher.Read().Kind);
        AdvanceKeepingTheProvider(6);
        _watcher.ReadGoAway(GoAwayReason.IdleTimeout);
        Assert.Equal((0, 0), (Retries, GivenUp));
    }

    [Fact]
    public void A_client_that_has_acknowledged_is_probed_when_it_falls_silent()
    {
        _provider.Register("s", 1);
        Acknowledge(_watcher.Read().PushPrefix.Sequence);
        AdvanceKeepingTheProvider(26);
        Assert.Equal(FrameKind.Probe, _watcher.Read().Kind);
    }

    [Fact]
    public void What_waits_to_be_read_is_not_sent_again()
    {
        RawClient slow = _node.Connect(capacityBytes: 256);
        slow.Subscribe(1, "s");
        for (int port = 1; port <= 40; port++)
        {
            _provider.Register("s", port);
        }

        _watcher.Close();
        for (int i = 0; i < 30; i++)
        {
            slow.Ping(1);
            AdvanceKeepingTheProvider(1);
        }

        Assert.Equal(0, Retries);
        slow.ReadAll();
        for (int i = 0; i < 10; i++)
        {
            slow.Ping(1);
            AdvanceKeepingTheProvider(1);
        }

        Assert.NotEqual(0, Retries);
    }

    [Fact]
    public void Deltas_build_on_a_list_that_was_sent_again()
    {
        RawClient client = _node.Connect(capabilities: ulong.MaxValue);
        _provider.Batch("large", replace: false, [.. Enumerable.Range(1, 100).Select(static port => NamingClient.NewInstance(port))]);
        client.Subscribe(7, "large");
        _provider.Register("large", 101);
        Assert.Equal(MessageType.DeltaPush, client.Read().Header.Type);
        ReceivedFrame? again = null;
        for (int i = 0; i < 15 && again is null; i++)
        {
            client.Ping(1);
            AdvanceKeepingTheProvider(1);
            again = client.ReadAll().Find(static frame => frame.Kind == FrameKind.Push);
        }

        Assert.Equal((MessageType.SnapshotPush, 101), (again!.Header.Type, again.Pushed.Instances.Count));
        _provider.Register("large", 102);
        ReceivedFrame delta = client.Read();
        Assert.Equal(MessageType.DeltaPush, delta.Header.Type);
        Assert.Equal(again.Pushed.Revision, delta.PushedDelta.BaseRevision);
    }

    [Fact]
    public void A_session_that_ends_among_repetitions_leaves_nothing_behind()
    {
        _provider.Register("s", 1);
        _watcher.Read();
        Assert.NotEmpty(LiveFor(8));
        _watcher.Close();
        _provider.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Without_retries_nothing_is_ever_sent_twice()
    {
        using NodeFixture node = new(push: new PushOptions { Retries = 0 });
        RawClient provider = node.Connect();
        RawClient watcher = node.Connect();
        watcher.Subscribe(1, "s");
        provider.Register("s", 1);
        watcher.Read();
        for (int i = 0; i < 30; i++)
        {
            watcher.Ping(1);
            provider.Ping(1);
            node.AdvanceSeconds(1);
        }

        Assert.All(watcher.ReadAll(), static frame => Assert.Equal(FrameKind.Pong, frame.Kind));
    }

    private double Retries => Metric("fastregistry_push_retries_total");

    private double GivenUp => Metric("fastregistry_push_given_up_total");

    private double Metric(string name) => _node.Node.Metrics.Definitions.Single(definition => definition.Name == name).Read();

    private void Acknowledge(ulong sequence)
    {
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(sequence).Write(body);
        _watcher.WriteFrame(new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0), body);
    }

    /// <summary>The watcher reads and pings every second or less, and acknowledges nothing. What else than pongs it has got, and when.</summary>
    private List<(double At, ReceivedFrame Push)> LiveFor(double seconds)
    {
        List<(double, ReceivedFrame)> pushes = [];
        double start = _seconds;
        for (double end = _seconds + seconds; _seconds < end - 1e-9;)
        {
            double step = Math.Min(0.1, end - _seconds);
            _watcher.Ping(1);
            AdvanceKeepingTheProvider(step);
            _seconds += step;
            pushes.AddRange(_watcher.ReadAll().Where(static frame => frame.Kind != FrameKind.Pong).Select(frame => (_seconds - start, frame)));
        }

        return pushes;
    }

    private void AdvanceKeepingTheProvider(double seconds)
    {
        for (double left = seconds; left > 1e-9; left -= 1)
        {
            _provider.Ping(1);
            _node.AdvanceSeconds(Math.Min(left, 1));
            _provider.ReadAll();
        }
    }
}
