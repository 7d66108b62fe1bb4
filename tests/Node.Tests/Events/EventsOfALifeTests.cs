using FastRegistry.Node.Configuration;
using FastRegistry.Node.Limits;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Events;

/// <summary>What an observer hears of a client's life, in order and with reasons.</summary>
public sealed class EventsOfALifeTests : IDisposable
{
    private readonly RecordingObserver _observer = new(static kind => kind is not (EventKind.PushSent or EventKind.ClientChanged or EventKind.ServiceChanged));
    private readonly NodeFixture _node;
    private readonly byte[] _id = RawClient.NewInstanceId();

    public EventsOfALifeTests() => _node = new NodeFixture(observers: _observer);

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Connect_register_change_deregister_and_leave()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        client.Register("s", 1);
        client.Register("s", NewInstance(1, weight: 5));
        client.Deregister("s", 1);
        client.WriteFrame(new FrameHeader(0, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0));
        client.Close();
        _node.AdvanceSeconds(70);

        Assert.Equal(
            [
                "ClientConnected", "ServiceCreated", "InstanceRegistered", "InstanceChanged", "InstanceDeregistered Request",
                "ConnectionClosed ClientClosing", "ClientDisconnected ClientClosing", "ClientReleased ClientLeft", "ServiceDisappeared",
            ],
            _observer.Lines);
        Assert.Equal("raw test", _observer.Heard[0].Text);
        Assert.Equal("client-1", _observer.Heard[2].Client.ToString());
        Assert.Equal("10.0.0.1:1#DEFAULT", _observer.Heard[2].Instance.ToString());
    }

    [Fact]
    public void A_client_that_is_killed_takes_its_instances_and_subscriptions_along()
    {
        RawClient client = _node.Connect();
        client.Batch("s", replace: false, NewInstance(1), NewInstance(2));
        client.Subscribe(7, "s");
        _observer.Heard.Clear();
        client.Close();

        Assert.Equal(
            [
                "ConnectionClosed PeerClosed", "ServiceUnsubscribed", "ClientDisconnected PeerClosed",
                "InstanceDeregistered ConnectionLost", "InstanceDeregistered ConnectionLost", "ClientReleased ConnectionLost",
            ],
            _observer.Lines);
    }

    [Fact]
    public void A_silent_client_is_ejected_with_the_reason()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        _observer.Heard.Clear();
        _node.AdvanceSeconds(30);

        Assert.Equal(
            ["ClientDisconnected IdleTimeout", "InstanceDeregistered ConnectionLost", "ClientReleased ConnectionLost", "ConnectionClosed IdleTimeout"],
            _observer.Lines);
        Assert.Equal("nothing was heard and a probe was not answered", _observer.Heard[0].Text);
    }

    [Fact]
    public void A_takeover_removes_what_is_not_reaffirmed_and_the_old_connection_releases_nobody()
    {
        RawClient old = _node.Connect(_id);
        old.Batch("s", replace: false, NewInstance(1), NewInstance(2));
        _observer.Heard.Clear();
        RawClient young = _node.Connect(_id);
        young.Register("s", 1);
        old.ReadGoAway(GoAwayReason.Superseded);
        old.Close();
        Assert.Equal(["ClientTakenOver", "ConnectionClosed Superseded"], _observer.Lines);
        Assert.Equal((2L, "from session 1"), (_observer.Heard[0].Session, _observer.Heard[0].Text));

        _observer.Heard.Clear();
        _node.AdvanceSeconds(11);
        Assert.Equal(["InstanceDeregistered NotReaffirmed"], _observer.Lines);
        Assert.Equal(2, _observer.Heard[0].Instance!.Value.Port);
        Assert.Equal("client-1", _observer.Heard[0].Client.ToString());

        _observer.Heard.Clear();
        young.Close();
        Assert.Equal(
            ["ConnectionClosed PeerClosed", "ClientDisconnected PeerClosed", "InstanceDeregistered ConnectionLost", "ClientReleased ConnectionLost"], _observer.Lines);
    }

    [Fact]
    public void A_client_that_was_lost_in_a_pause_and_does_not_return_is_released_for_that_reason()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        _node.AdvanceSeconds(1);
        _observer.Heard.Clear();
        _node.Time.Suspend(TimeSpan.FromSeconds(30));
        client.Close();
        _node.AdvanceSeconds(12);

        Assert.Equal(
            ["ConnectionClosed PeerClosed", "ClientDisconnected PeerClosed", "InstanceDeregistered NotReturned", "ClientReleased NotReturned"], _observer.Lines);
    }

    [Fact]
    public void A_replacing_batch_says_what_it_replaced()
    {
        RawClient client = _node.Connect();
        client.Batch("s", replace: false, NewInstance(1), NewInstance(2));
        _observer.Heard.Clear();
        ulong revision = client.Batch("s", replace: true, NewInstance(2, weight: 9), NewInstance(3)).Revision;

        Assert.Equal(["InstanceChanged", "InstanceRegistered", "InstanceDeregistered Replaced"], _observer.Lines);
        Assert.All(_observer.Heard, heard => Assert.Equal((long)revision, heard.Revision));
        _observer.Heard.Clear();
        client.Batch("s", replace: true);
        Assert.Equal(["InstanceDeregistered Replaced", "InstanceDeregistered Replaced"], _observer.Lines);
    }

    [Fact]
    public void An_instance_that_two_clients_publish_is_registered_and_deregistered_twice()
    {
        RawClient first = _node.Connect();
        RawClient second = _node.Connect();
        first.Register("s", 1);
        second.Register("s", 1);
        second.Close();
        first.Close();

        Assert.Equal(["client-1", "client-2"], ClientsOf(EventKind.InstanceRegistered));
        Assert.Equal(["client-2", "client-1"], ClientsOf(EventKind.InstanceDeregistered));
    }

    [Fact]
    public void An_event_is_heard_when_its_change_can_be_seen()
    {
        List<(int Listed, EventKind Kind)> seen = [];
        RecordingObserver looking = new(static kind => kind is EventKind.InstanceRegistered or EventKind.InstanceDeregistered);
        ServiceRegistry? registry = null;
        RecordingObserver curious = new(static kind => kind is EventKind.InstanceRegistered or EventKind.InstanceDeregistered, name: "curious")
        {
            At = heard => seen.Add((registry!.Find()!.GetSnapshot().Instances.Length, heard.Kind)),
        };
        using NodeFixture node = new(observers: [looking, curious]);
        registry = node.Registry;
        RawClient client = node.Connect();
        client.Register("s", 1);
        client.Deregister("s", 1);

        Assert.Equal([(1, EventKind.InstanceRegistered), (0, EventKind.InstanceDeregistered)], seen);
        Assert.Equal(2, looking.Heard.Count);
    }

    [Fact]
    public void A_refused_connection_is_told_with_its_limit()
    {
        RecordingObserver observer = new(static kind => kind == EventKind.ConnectionRefused);
        using NodeFixture node = new(new LimitOptions { Connections = 1 }, observers: observer);
        node.Connect();
        node.ConnectBare();
        Assert.Equal(["ConnectionRefused LimitExceeded"], observer.Lines);
        Assert.Contains("Limits:Connections is 1", observer.Heard[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_up_refused_for_its_application_is_told_with_its_limit_before_it_is_told_as_closed()
    {
        RecordingObserver observer = new(static kind => kind is EventKind.ConnectionRefused or EventKind.ConnectionClosed);
        using NodeFixture node = new(observers: observer);
        node.Node.Services.Limits.Replace(ConnectionRulesReader.Read("""{"perApplicationRules":{"orders":1}}"""u8.ToArray()));
        node.ConnectApplication("orders");
        RawClient refused = node.ConnectBare();
        SetupRequest setup = RawClient.NewSetup();
        setup.Labels.Add(new Label { Key = "app", Value = "orders" });
        refused.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, setup)]);
        refused.Close();
        node.Pump();
        Assert.Equal("ConnectionRefused LimitExceeded", observer.Lines[0]);
        Assert.StartsWith("ConnectionClosed", observer.Lines[1], StringComparison.Ordinal);
        Assert.Contains("perApplicationRules \"orders\" is 1", observer.Heard[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_control_characters_forges_no_line()
    {
        SetUpNamed("evil\r\nInstanceDeregistered: x");
        Assert.Equal("evil??InstanceDeregistered: x test", _observer.Heard[0].Text);
    }

    [Fact]
    public void A_thousand_instances_of_500_clients_that_close_at_once_are_deregistered_once_each()
    {
        const int Clients = 500;
        RawClient[] clients = [.. Enumerable.Range(0, Clients).Select(_ => _node.Connect())];
        for (int i = 0; i < Clients; i++)
        {
            clients[i].Batch($"s{i % 7}", replace: false, NewInstance(2 * i), NewInstance((2 * i) + 1));
        }

        _observer.Heard.Clear();
        Parallel.ForEach(clients, static client => client.Connection.Abort(CloseReason.PeerReset));
        _node.Pump();

        int[] ports = [.. _observer.Heard.Where(static heard => heard.Kind == EventKind.InstanceDeregistered).Select(static heard => heard.Instance!.Value.Port).Order()];
        Assert.Equal(Enumerable.Range(0, 2 * Clients), ports);
        Assert.Equal(Clients, _observer.Heard.Count(static heard => heard.Kind == EventKind.ClientReleased));
        Assert.Equal(Clients, _observer.Heard.Select(static heard => heard.Client).Where(static client => !client.IsNone).Distinct().Count());
        Assert.Equal(0, _node.Registry.PublicationCount);
        Assert.Equal(0, _node.Node.Events.Queues.Sum(static queue => queue.Dropped));
    }

    [Fact]
    public void Registrations_and_releases_that_race_are_told_in_pairs()
    {
        for (int round = 0; round < 50; round++)
        {
            RegistryClient[] clients = [.. Enumerable.Range(0, 4).Select(i => Make.Client($"{round}.{i}"))];
            Parallel.Invoke(
                () => Array.ForEach(clients, client => _node.Registry.Register(client, "s", Make.Instance(1), Make.Instance(2))),
                () => Array.ForEach(clients, _node.Registry.Release));
        }

        _node.Pump();
        foreach (IGrouping<(string, InstanceIdentity), EventDescription> one in _observer.Heard
            .Where(static heard => heard.Instance is not null).GroupBy(static heard => (heard.Client.Id, heard.Instance!.Value)))
        {
            Assert.Equal([EventKind.InstanceRegistered, EventKind.InstanceDeregistered], one.Select(static heard => heard.Kind));
        }

        Assert.Equal(0, _node.Registry.PublicationCount);
        Assert.Equal(200, _observer.Heard.Count(static heard => heard.Kind == EventKind.ClientReleased));
    }

    private void SetUpNamed(string name)
    {
        Wire.Messages.SetupRequest setup = RawClient.NewSetup();
        setup.ClientName = name;
        _node.ConnectBare().SetUp(setup);
    }

    private string[] ClientsOf(EventKind kind) => [.. _observer.Heard.Where(heard => heard.Kind == kind).Select(static heard => heard.Client.ToString())];
}
