using FastRegistry.Server.Configuration;
using FastRegistry.Server.Observability;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Wire.Framing;

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
        _provider = _node.Connect();
        _watcher = _node.Connect();
        _watcher.Subscribe(1, "s");

        // A minute of its own, so that no test meets its end by chance.
        _node.AdvanceSeconds(60 - (_node.Time.GetUtcNow().ToUnixTimeMilliseconds() % 60_000 / 1_000.0));
        _provider.Ping(1);
        _watcher.Ping(1);
        _provider.ReadAll();
        _watcher.ReadAll();
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
        Assert.Contains("fastregistry_change_to_ack_seconds_sum 0.007", text);
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

    private double Monitor(string name) => _node.Node.Metrics.Definitions
        .Single(definition => definition.Name == "nacos_monitor" && definition.Labels!.Any(label => label.Value == name)).Read();
}
