using FastRegistry.Node.Observability;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Server.Tests.Push;

/// <summary>The time from a change to its ack, as operators see it.</summary>
public sealed class PushCostTests : IDisposable
{
    private readonly NodeFixture _node = new(push: new PushOptions());
    private readonly RawClient _provider;
    private readonly RawClient _watcher;
    private int _port;

    public PushCostTests()
    {
        // A minute of its own, so that no test meets its end by chance.
        _node.AdvanceSeconds(60 - (_node.Time.GetUtcNow().ToUnixTimeMilliseconds() % 60_000 / 1_000.0));
        _provider = _node.Connect();
        _watcher = _node.Connect();
        _watcher.Subscribe(1, "s");
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void The_sampled_pushes_of_a_connection_are_measured_from_their_change_to_their_ack()
    {
        ChangeAndAcknowledgeAfter(milliseconds: 7);
        string[] text = Text();
        Assert.Contains("# TYPE fastregistry_change_to_ack_seconds histogram", text);
        Assert.Contains("fastregistry_change_to_ack_seconds_bucket{le=\"0.005\"} 0", text);
        Assert.Contains("fastregistry_change_to_ack_seconds_bucket{le=\"0.01\"} 1", text);
        Assert.Contains("fastregistry_change_to_ack_seconds_bucket{le=\"+Inf\"} 1", text);
        Assert.Contains(text, static line => line.StartsWith("fastregistry_change_to_ack_seconds_sum 0.00", StringComparison.Ordinal));
        Assert.Contains("fastregistry_change_to_ack_seconds_count 1", text);

        // The next one did not ask, and the one after the sixty-fourth did.
        ChangeAndAcknowledgeAfter(milliseconds: 7);
        Assert.Equal(1, Metric("fastregistry_change_to_ack_seconds"));
        for (int i = 0; i < 64; i++)
        {
            ChangeAndAcknowledgeAfter(milliseconds: 20);
        }

        Assert.Equal(2, Metric("fastregistry_change_to_ack_seconds"));
    }

    [Fact]
    public void An_ack_beyond_the_measured_push_ends_its_measure()
    {
        _provider.Register("s", ++_port);
        _provider.Register("s", ++_port);
        _node.AdvanceMilliseconds(3);
        Acknowledge(_watcher.ReadAll()[^1].PushPrefix.Sequence);
        Assert.Equal(1, Metric("fastregistry_change_to_ack_seconds"));
        Assert.Equal(3, Monitor("maxPushCost"));
    }

    [Fact]
    public void An_ack_that_overtakes_the_end_of_its_push_is_measured_and_not_the_next_one()
    {
        QuickOutput output = new();
        SessionSubscriptions quick = new(_node.Node.Services, output, sessionId: 99);
        output.Subscriptions = quick;
        ServiceKey key = new(ServiceKey.DefaultNamespace, ServiceKey.DefaultGroup, "q");
        Assert.Null(quick.Add(1, key, InstanceFilter.All, 10));
        _provider.Register("q", 1);
        Assert.Equal(1UL, output.AcknowledgedPush);
        Assert.Equal(1, Metric("fastregistry_change_to_ack_seconds"));
        Assert.Equal(0, Monitor("maxPushCost"));
        quick.RemoveAll();
    }

    [Fact]
    public void An_ack_that_comes_only_after_repetitions_counts_in_full()
    {
        _provider.Register("s", ++_port);
        for (int i = 0; i < 70; i++)
        {
            _watcher.Ping(1);
            _provider.Ping(1);
            _node.AdvanceMilliseconds(100);
            _watcher.ReadAll();
        }

        Acknowledge(_watcher.Connection.Outbound.LastPushSequence);
        Assert.Equal(1, Metric("fastregistry_change_to_ack_seconds"));
        Assert.Equal(7_000, Monitor("maxPushCost"));
    }

    [Fact]
    public void Averages_begin_anew_every_minute_and_the_maximum_stays()
    {
        ChangeAndAcknowledgeAfter(milliseconds: 30);
        RawClient second = _node.Connect();
        second.Subscribe(1, "s");
        _provider.Register("s", ++_port);
        _node.AdvanceMilliseconds(10);
        second.Ping(1, acknowledged: second.Read().PushPrefix.Sequence);
        Assert.Equal((20, 30), (Monitor("avgPushCost"), Monitor("maxPushCost")));
        Assert.Equal((2, 40), (Monitor("totalPushCountForAvg"), Monitor("totalPushCostForAvg")));

        for (int i = 0; i < 60; i++)
        {
            _watcher.Ping(1);
            _node.AdvanceSeconds(1);
        }

        Assert.Equal((0, 30), (Monitor("avgPushCost"), Monitor("maxPushCost")));
        Assert.Equal((0, 0), (Monitor("totalPushCountForAvg"), Monitor("totalPushCostForAvg")));
    }

    private void ChangeAndAcknowledgeAfter(int milliseconds)
    {
        _provider.Register("s", ++_port);
        _node.AdvanceMilliseconds(milliseconds);
        Acknowledge(_watcher.ReadAll().Last(static frame => frame.Kind == FrameKind.Push).PushPrefix.Sequence);
    }

    private void Acknowledge(ulong sequence) => _watcher.Ping(1, acknowledged: sequence);

    private string[] Text() => PrometheusText.Write(_node.Node.Metrics.Definitions).Split('\n');

    private double Metric(string name) => _node.Node.Metrics.Definitions.Single(definition => definition.Name == name).Read();

    /// <summary>Rounded: two changes of the same moment are told apart by a microsecond.</summary>
    private double Monitor(string name) => Math.Round(_node.Node.Metrics.Definitions
        .Single(definition => definition.Name == "nacos_monitor" && definition.Labels!.Any(label => label.Value == name)).Read(), 1);

    /// <summary>A connection whose client has acknowledged a push before the one who made it goes on.</summary>
    private sealed class QuickOutput : IPushOutput
    {
        public SessionSubscriptions? Subscriptions { get; set; }

        public bool TakesDeltas => false;

        public string? RemoteAddress => null;

        public ulong AcknowledgedPush { get; private set; }

        public PushReceipt TryPush(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
        {
            Subscriptions!.Acknowledged(++AcknowledgedPush);
            return new PushReceipt(AppendOutcome.Appended, AcknowledgedPush, AsksForAck: true);
        }

        public void AwaitAck()
        {
        }

        public bool IsReadyAfterRefusal() => true;
    }
}
