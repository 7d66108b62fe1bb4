using FastRegistry.Client.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Connecting;

public sealed class MovingTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance First = new("10.0.0.1", 80);
    private static readonly RegistryInstance Second = new("10.0.0.2", 80);
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [ProtocolRule("X-2")]
    [InlineData((int)GoAwayReason.Stopping)]
    [InlineData((int)GoAwayReason.Move)]
    [InlineData((int)GoAwayReason.NoMajority)]
    [InlineData((int)GoAwayReason.LimitExceeded)]
    public async Task A_client_that_is_to_go_connects_and_restores_elsewhere_before_it_leaves(int reason)
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, new ChangeLog().Note));
        await _fixture.PassAsync(TimeSpan.FromSeconds(6));
        List<ReceivedFrame> asked = [];
        Hold(two, MessageType.BatchRegister, asked);
        Hold(two, MessageType.Subscribe, asked);
        ServerEnd left = Server.Last;
        left.GoAway((GoAwayReason)reason, "two:7848");
        await _fixture.UntilAsync(() => asked.Count == 2);
        Assert.Empty(Server.Of(FrameKind.GoAway));
        Assert.False(left.IsClosed);
        Assert.Equal(ConnectionState.Connected, client.State);

        asked.ForEach(frame => frame.On.Reply(frame, frame.Type == MessageType.Subscribe ? new SubscribeReply() : new RegisterReply()));
        await _fixture.UntilAsync(() => left.IsClosed);
        Assert.Equal((uint)GoAwayReason.ClientMoved, Assert.Single(Server.Of(FrameKind.GoAway)).Parse<GoAway>().Reason);
        Assert.Equal(ConnectionState.Connected, client.State);
        Assert.False(two.Last.IsClosed);
    }

    [Fact]
    [ProtocolRule("X-2")]
    public async Task Until_the_client_has_moved_its_requests_are_served_and_its_lists_kept_up_to_date_where_it_was()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        two.IsDown = true;
        NamingClient client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        Server.Last.GoAway(GoAwayReason.Move, "two:7848");
        await _fixture.PassUntilAsync(() => _fixture.Attempts.Contains("two:7848"));
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, First));
        await _fixture.UntilAsync(() => log.Count == 2);
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Assert.Single(Server.Requests(MessageType.Register));
        Assert.Equal(ConnectionState.Connected, client.State);

        // The list of the new server is of another epoch; until it comes, the old server's count.
        two.Answers[MessageType.Subscribe] = static _ => new SubscribeReply();
        two.IsDown = false;
        await _fixture.PassUntilAsync(() => Server.Connections[0].IsClosed);
        ulong id = two.SubscriptionOf("orders");
        two.Last.Push(id, ScriptedServer.List("orders", 7, 1, First, Second));
        await _fixture.UntilAsync(() => log.Last.Version == new ServiceVersion(1, 7, 1));
        Assert.Equal([Second], log.Last.Added);
    }

    [Fact]
    public async Task Pushes_of_the_former_server_count_until_the_new_one_has_sent_its_list()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        NamingClient client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        List<ReceivedFrame> asked = [];
        Hold(two, MessageType.Subscribe, asked);
        ServerEnd left = Server.Last;
        ulong formerId = Server.SubscriptionOf("orders");
        left.GoAway(GoAwayReason.Move, "two:7848");
        await _fixture.PassUntilAsync(() => asked.Count == 1);
        left.Push(formerId, ScriptedServer.List("orders", 1, 5, First));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 5);

        two.Last.Push(two.SubscriptionOf("orders"), ScriptedServer.List("orders", 7, 3, Second));
        await _fixture.UntilAsync(() => log.Last.Version == new ServiceVersion(1, 7, 3));
        left.Push(formerId, ScriptedServer.List("orders", 1, 6, First));
        two.Last.Push(two.SubscriptionOf("orders"), ScriptedServer.List("orders", 7, 4, Second, First));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 4);
        Assert.DoesNotContain(log.All, static change => change.Version.Revision == 6);
    }

    [Fact]
    public async Task A_delta_of_the_new_server_builds_on_the_list_that_was_named_to_it()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        NamingClient client = await _fixture.ConnectAsync();
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 4, First);
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        List<ReceivedFrame> asked = [];
        Hold(two, MessageType.Subscribe, asked);
        ServerEnd left = Server.Last;
        left.GoAway(GoAwayReason.Move, "two:7848");
        await _fixture.PassUntilAsync(() => asked.Count == 1);
        left.Push(Server.SubscriptionOf("orders"), ScriptedServer.List("orders", 1, 5, Second));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 5);

        // Same epoch, as behind two addresses of one node.
        SnapshotDelta delta = new() { Name = "orders", Epoch = ScriptedServer.Epoch(1), BaseRevision = 4, Revision = 6 };
        delta.Upserted.Add((First with { Weight = 3 }).ToMessage());
        two.Last.PushDelta(two.SubscriptionOf("orders"), delta);
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 6);
        Assert.Equal([First with { Weight = 3 }], log.Last.Instances);
    }

    [Fact]
    [ProtocolRule("X-6")]
    public async Task When_no_other_server_is_there_the_client_does_not_hold_up_the_stop_of_its_own()
    {
        NamingClient client = await _fixture.ConnectAsync();
        ServerEnd left = Server.Last;
        left.GoAway(GoAwayReason.Stopping);
        await _fixture.UntilAsync(() => left.IsClosed);
        Assert.Equal((uint)GoAwayReason.ClientMoved, Assert.Single(Server.Of(FrameKind.GoAway)).Parse<GoAway>().Reason);
        await _fixture.PassUntilAsync(() => Server.Connections.Count == 2 && client.State == ConnectionState.Connected);
    }

    [Fact]
    [ProtocolRule("X-6")]
    public async Task When_no_other_server_is_reached_the_client_stays_until_the_server_closes()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Last.GoAway(GoAwayReason.Move);
        await _fixture.PassAsync(TimeSpan.FromSeconds(8));
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Assert.Single(Server.Connections);
        Assert.False(Server.Last.IsClosed);
        Assert.Equal(ConnectionState.Connected, client.State);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Connections.Count == 2 && client.State == ConnectionState.Connected);
        Assert.Single(Server.Requests(MessageType.BatchRegister)[0].Parse<BatchRegisterRequest>().Instances);
    }

    [Fact]
    public async Task An_answer_that_the_former_server_did_not_give_is_asked_of_the_new_one()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = _ => null;
        Task call = client.RegisterAsync(Orders, First).AsTask();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Register).Count == 1);
        Server.Last.GoAway(GoAwayReason.Move, "two:7848");
        await _fixture.PassUntilAsync(() => call.IsCompleted);
        await call;
        Assert.Single(two.Requests(MessageType.Register));
    }

    [Fact]
    public async Task What_was_registered_where_the_client_was_while_it_moved_is_brought_to_the_new_server()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Server.Answers[MessageType.Register] = _ => null;
        Task call = client.RegisterAsync(Orders, Second).AsTask();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Register).Count == 2);
        List<ReceivedFrame> asked = [];
        Hold(two, MessageType.BatchRegister, asked);
        Server.Last.GoAway(GoAwayReason.Move, "two:7848");
        await _fixture.PassUntilAsync(() => asked.Count == 1);
        Assert.Single(asked[0].Parse<BatchRegisterRequest>().Instances);

        ReceivedFrame pending = Server.Requests(MessageType.Register)[1];
        pending.On.Reply(pending, new RegisterReply());
        await _fixture.UntilAsync(() => call.IsCompleted);
        two.Answers.Clear();
        asked[0].On.Reply(asked[0], new RegisterReply());
        await _fixture.PassUntilAsync(() => two.Requests(MessageType.BatchRegister).Count == 2);
        BatchRegisterRequest mended = two.Requests(MessageType.BatchRegister)[1].Parse<BatchRegisterRequest>();
        Assert.True(mended.Replace);
        Assert.Equal(2, mended.Instances.Count);
    }

    [Fact]
    [ProtocolRule("C-17")]
    public async Task Addresses_that_a_server_names_later_are_where_the_client_can_go()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        NamingClient client = await _fixture.ConnectAsync();
        NodeInfo info = new();
        info.ClientAddresses.AddRange(["one:7848", "not an address", "two:7848"]);
        info.ClientAddresses.AddRange(Enumerable.Range(0, 1_000).Select(static i => $"many{i}:1"));
        Server.Last.PushNodeInfo(info);
        Server.IsDown = true;
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => two.Connections.Count == 1);
        Assert.InRange(_fixture.Attempts.Distinct().Count(), 2, 65);
        Assert.Single(_fixture.Log.Lines, static line => line.Contains("lost sight of the majority", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Superseded_by_the_own_newer_connection_is_no_reason_to_worry()
    {
        _fixture.AddServer("two:7848");
        NamingClient client = await _fixture.ConnectAsync();
        ServerEnd left = Server.Last;
        left.GoAway(GoAwayReason.Move, "two:7848");
        left.GoAway(GoAwayReason.Superseded);
        await _fixture.PassUntilAsync(() => left.IsClosed);
        await _fixture.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(ConnectionState.Connected, client.State);
        Assert.Equal(2, _fixture.Attempts.Count);
    }

    [Fact]
    public async Task Superseded_by_somebody_else_is_not_fought_for()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Setup] = frame =>
        {
            frame.On.Reply(frame, Server.SetupReply);
            frame.On.GoAway(GoAwayReason.Superseded);
            frame.On.Close();
            return null;
        };
        Server.Last.GoAway(GoAwayReason.Superseded);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Reconnecting);
        await _fixture.PassAsync(TimeSpan.FromSeconds(19));
        Assert.InRange(_fixture.Attempts.Count, 3, 5);
    }

    [Fact]
    [ProtocolRule("X-4")]
    public async Task A_server_that_refuses_before_the_set_up_sends_the_client_to_the_servers_it_names()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        Refuse(Server, "lost:1", "two:7848");
        NamingClient client = _fixture.CreateClient();
        await _fixture.UntilAsync(() => client.State == ConnectionState.Connected);
        Assert.Equal([ClientFixture.DefaultAddress, "lost:1", "two:7848"], _fixture.Attempts);
        Assert.Single(two.Requests(MessageType.Setup));
    }

    [Fact]
    [ProtocolRule("X-5")]
    public async Task Servers_that_send_the_client_in_a_circle_are_asked_once_per_round()
    {
        Refuse(Server, "two:7848");
        Refuse(_fixture.AddServer("two:7848"), ClientFixture.DefaultAddress);
        _fixture.CreateClient();
        await _fixture.PassAsync(TimeSpan.FromSeconds(20));

        // Two per round; the waits between rounds are anything up to their bound. A tight loop makes thousands.
        Assert.InRange(_fixture.Attempts.Count, 6, 80);
        Assert.Equal([ClientFixture.DefaultAddress, "two:7848"], _fixture.Attempts.Take(2));
    }

    [Fact]
    public async Task Without_majority_the_client_goes_only_where_there_is_one()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        ScriptedServer three = _fixture.AddServer("three:7848");
        two.SetupReply = new SetupReply { SeesMajority = false };
        await _fixture.ConnectAsync();
        await _fixture.PassAsync(TimeSpan.FromSeconds(6));
        Server.Last.GoAway(GoAwayReason.NoMajority, "two:7848", "three:7848");
        await _fixture.PassUntilAsync(() => three.Connections.Count == 1);
        await _fixture.UntilAsync(() => two.Last.IsClosed);
        Assert.False(three.Last.IsClosed);
    }

    [Fact]
    public async Task A_server_that_accepts_and_sends_away_at_once_is_not_asked_in_a_tight_loop()
    {
        Server.Answers[MessageType.Setup] = frame =>
        {
            frame.On.Reply(frame, Server.SetupReply);
            frame.On.GoAway(GoAwayReason.LimitExceeded, "two:7848");
            return null;
        };
        _fixture.AddServer("two:7848").Answers[MessageType.Setup] = Server.Answers[MessageType.Setup];
        _fixture.CreateClient();
        await _fixture.PassAsync(TimeSpan.FromSeconds(20));

        // Each server names the other, and the waits grow. A tight loop makes thousands.
        Assert.InRange(_fixture.Attempts.Count, 3, 80);
    }

    private static void Hold(ScriptedServer server, MessageType type, List<ReceivedFrame> held) => server.Answers[type] = frame =>
    {
        held.Add(frame);
        return null;
    };

    private static void Refuse(ScriptedServer server, params string[] addresses) => server.Answers[MessageType.Setup] = frame =>
    {
        frame.On.GoAway(GoAwayReason.LimitExceeded, addresses);
        return null;
    };
}
