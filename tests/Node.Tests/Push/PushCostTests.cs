using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Node.Tests.Push;

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
        _watcher.Acknowledge(1);

        // The next push asks for an ack.
        _node.AdvanceSeconds(10);
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
    public void A_list_that_was_asked_for_tells_of_no_change_that_was_just_made_and_is_not_measured()
    {
        _provider.Register("s", ++_port);
        RawClient late = _node.Connect();
        _node.AdvanceSeconds(5);
        late.TrySubscribe(NamingClient.NewSubscription(1, "s"));
        ReceivedFrame first = late.Read();
        Assert.True(first.AsksForAck);
        Assert.True(first.PushPrefix.ChangedAtMicroseconds > 0);
        late.Acknowledge(first.PushNumber);
        Assert.Equal(0, Metric("fastregistry_change_to_ack_seconds"));
    }

    [Fact]
    public void An_ack_beyond_the_measured_push_ends_its_measure()
    {
        _provider.Register("s", ++_port);
        _provider.Register("s", ++_port);
        _node.AdvanceMilliseconds(3);
        Acknowledge(_watcher.ReadAll()[^1].PushNumber);
        Assert.Equal(1, Metric("fastregistry_change_to_ack_seconds"));
        Assert.Equal(3, Monitor("maxPushCost"));
    }

    [Fact]
    public void An_ack_that_overtakes_the_end_of_its_push_is_measured_and_not_the_next_one()
    {
        QuickPeer peer = new();
        PipeConnection connection = new(peer, _node.Resources, _node.Scheduler);
        ClientSession session = (ClientSession)_node.Node.Acceptor.Accept(connection)!;
        connection.Start(session);
        Receive(connection, session, [.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, RawClient.NewSetup())]);
        ServiceKey key = new(ServiceKey.DefaultNamespace, ServiceKey.DefaultGroup, "q");
        Assert.Null(session.Subscribe(1, key, InstanceFilter.All, HeldList.None, 10));
        _node.Pump();
        _node.AdvanceSeconds(10);
        peer.Flushed = () =>
        {
            byte[] ack = new byte[UInt64Body.Size];
            new UInt64Body(connection.Outbound.LastPushSequence).Write(ack);
            Receive(connection, session, RawClient.FrameBytes(new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0), ack));
        };
        _provider.Register("q", 1);
        Assert.Equal(2UL, session.AcknowledgedPush);
        Assert.Equal(1, Metric("fastregistry_change_to_ack_seconds"));
        Assert.Equal(0, Monitor("maxPushCost"));
        connection.Abort(CloseReason.Aborted);
        _node.Pump();
    }

    [Fact]
    public void An_ack_that_comes_late_counts_in_full()
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
        second.Acknowledge(1);
        _node.AdvanceSeconds(10);
        _provider.Register("s", ++_port);
        _node.AdvanceMilliseconds(10);
        second.Acknowledge(second.Read().PushNumber);
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
        Acknowledge(_watcher.ReadAll().Last(static frame => frame.Kind == FrameKind.Push).PushNumber);
    }

    private void Acknowledge(ulong pushes) => _watcher.Acknowledge(pushes);

    private string[] Text() => PrometheusText.Write(_node.Node.Metrics.Definitions).Split('\n');

    private double Metric(string name) => _node.Node.Metrics.Definitions.Single(definition => definition.Name == name).Read();

    /// <summary>Rounded: two changes of the same moment are told apart by a microsecond.</summary>
    private double Monitor(string name) => Math.Round(_node.Node.Metrics.Definitions
        .Single(definition => definition.Name == "nacos_monitor" && definition.Labels!.Any(label => label.Value == name)).Read(), 1);

    private static void Receive(PipeConnection connection, ClientSession session, byte[] bytes)
    {
        BatchWriter replies = connection.RentBatch();
        session.OnReceived(new ReadOnlySequence<byte>(bytes), replies);
        connection.ReturnBatch(replies);
    }

    /// <summary>The other end of a connection: it tells of every flush before the thread that made it goes on, and never sends anything by itself.</summary>
    private sealed class QuickPeer : PipeWriter, IDuplexPipe
    {
        private readonly Pipe _silent = new();
        private byte[] _buffer = [];

        public Action? Flushed { get; set; }

        public PipeReader Input => _silent.Reader;

        public PipeWriter Output => this;

        public override void Advance(int bytes)
        {
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.Length >= sizeHint && _buffer.Length > 0 ? _buffer : _buffer = new byte[Math.Max(sizeHint, 4096)];

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Flushed?.Invoke();
            return default;
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
