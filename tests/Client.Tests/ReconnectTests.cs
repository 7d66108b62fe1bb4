using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests;

public sealed class ReconnectTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance First = new("10.0.0.1", 80);
    private static readonly RegistryInstance Second = new("10.0.0.2", 80);
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_reconnect_replaces_the_registrations_and_subscribes_again_under_the_same_client_id()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, [First, Second]));
        await _fixture.CompletesAsync(client.SubscribeAsync(new ServiceKey("stock"), new ChangeLog().Note));
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.Subscribe).Count == 2);
        BatchRegisterRequest redo = Server.Requests(MessageType.BatchRegister)[1].Parse<BatchRegisterRequest>();
        Assert.True(redo.Replace);
        Assert.Equal(2, redo.Instances.Count);
        List<ReceivedFrame> setups = Server.Requests(MessageType.Setup);
        Assert.Equal(setups[0].Parse<SetupRequest>().ClientInstanceId, setups[1].Parse<SetupRequest>().ClientInstanceId);
        await _fixture.UntilAsync(() => client.GetRegistrations()[0].State == RegistrationState.Registered);
    }

    [Fact]
    public async Task Everything_is_restored_without_waiting_for_single_answers()
    {
        NamingClient client = await _fixture.ConnectAsync();
        for (int service = 0; service < 20; service++)
        {
            await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey($"s{service}"), First));
        }

        Server.Answers[MessageType.BatchRegister] = _ => null;
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 20);
        Assert.All(client.GetRegistrations(), status => Assert.Equal(RegistrationState.Restoring, status.State));
    }

    [Fact]
    public async Task More_registrations_than_one_frame_holds_are_restored_in_parts_of_which_the_first_replaces()
    {
        NamingClient client = await _fixture.ConnectAsync();
        RegistryInstance[] many = [.. Enumerable.Range(0, 3_000).Select(i => First with { Port = i, Metadata = First.Metadata.Add("k", new string('x', 600)) })];
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, many));
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 3);
        BatchRegisterRequest[] parts = [.. Server.Requests(MessageType.BatchRegister).Skip(1).Select(frame => frame.Parse<BatchRegisterRequest>())];
        Assert.Equal([true, false], parts.Select(part => part.Replace));
        Assert.Equal(3_000, parts.Sum(part => part.Instances.Count));
        await _fixture.UntilAsync(() => client.GetRegistrations()[0].State == RegistrationState.Registered);
    }

    [Fact]
    public async Task What_was_deregistered_while_disconnected_is_not_redone_and_an_empty_replacement_clears_the_server()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Server.IsDown = true;
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Reconnecting);
        await _fixture.CompletesAsync(client.DeregisterAsync(Orders, First));
        Server.IsDown = false;
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 1);
        BatchRegisterRequest redo = Server.Requests(MessageType.BatchRegister)[0].Parse<BatchRegisterRequest>();
        Assert.True(redo.Replace);
        Assert.Empty(redo.Instances);
        await _fixture.UntilAsync(() => client.GetRegistrations().Count == 0);
    }

    [Fact]
    public async Task An_unacknowledged_deregistration_ends_in_an_empty_replacement()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Server.Answers[MessageType.Deregister] = _ => null;
        ValueTask call = client.DeregisterAsync(Orders, First);
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Deregister).Count == 1);
        Server.Last.Close();
        await _fixture.CompletesAsync(call);
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 1);
        Assert.Empty(Server.Requests(MessageType.BatchRegister)[0].Parse<BatchRegisterRequest>().Instances);
    }

    [Fact]
    public async Task A_registration_whose_answer_was_lost_is_sent_again_on_the_next_connection()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = frame => Server.Connections.Count == 1 ? null : Server.Agree(frame);
        Task call = client.RegisterAsync(Orders, First).AsTask();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Register).Count == 1);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => call.IsCompleted);
        await call;
        Assert.Equal(First, Assert.Single(Assert.Single(client.GetRegistrations()).Instances));
    }

    [Fact]
    public async Task A_registration_refused_for_good_after_a_reconnect_surfaces_and_is_not_repeated()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Server.Answers[MessageType.BatchRegister] = _ => new ErrorReply { Code = (uint)ErrorCode.Conflict, Text = "persistent" };
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.GetRegistrations()[0].State == RegistrationState.Failed);
        await _fixture.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Single(Server.Requests(MessageType.BatchRegister));
        Assert.Equal(RegistryErrorCode.Conflict, client.GetRegistrations()[0].Failure!.Code);
    }

    [Fact]
    public async Task A_registration_refused_for_now_after_a_reconnect_is_repeated_with_back_off()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        int refusals = 3;
        Server.Answers[MessageType.BatchRegister] = frame => Interlocked.Decrement(ref refusals) >= 0
            ? new ErrorReply { Code = (uint)ErrorCode.Overloaded, Retryable = true }
            : Server.Agree(frame);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 4);
        await _fixture.UntilAsync(() => client.GetRegistrations()[0].State == RegistrationState.Registered);
    }

    [Fact]
    public async Task Attempts_back_off_up_to_the_maximum()
    {
        Server.IsDown = true;
        NamingClient client = _fixture.CreateClient();
        await _fixture.PassAsync(TimeSpan.FromSeconds(20));
        Assert.InRange(_fixture.Attempts.Count, 6, 16);
        Assert.Equal(ConnectionState.Connecting, client.State);
    }

    [Fact]
    public async Task When_one_of_three_servers_dies_the_others_are_tried_within_two_seconds()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        ScriptedServer three = _fixture.AddServer("[::3]:9000");
        two.IsDown = true;
        NamingClient client = await _fixture.ConnectAsync(options => options with { Servers = ["one", "two", "[::3]:9000"] });
        ScriptedServer used = Server.Connections.Count > 0 ? Server : three;
        ScriptedServer other = used == Server ? three : Server;
        used.IsDown = true;
        used.Last.Close();
        TimeSpan took = await _fixture.PassUntilAsync(() => other.Requests(MessageType.Setup).Count == 1);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
    }

    [Theory]
    [InlineData((int)GoAwayReason.Stopping)]
    [InlineData((int)GoAwayReason.Move)]
    [InlineData((int)GoAwayReason.LimitExceeded)]
    public async Task A_goaway_moves_the_client_at_once_to_the_named_server_and_pending_answers_still_count(int reason)
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.PassAsync(TimeSpan.FromSeconds(6));
        Server.Answers[MessageType.Register] = _ => null;
        Task call = client.RegisterAsync(Orders, First).AsTask();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Register).Count == 1);
        ReceivedFrame request = Server.Requests(MessageType.Register)[0];
        Server.Last.GoAway((GoAwayReason)reason, "two:7848");
        await _fixture.UntilAsync(() => two.Requests(MessageType.Setup).Count == 1);
        await _fixture.UntilAsync(() => client.State == ConnectionState.Connected);
        request.On.Reply(request, new RegisterReply());
        await _fixture.UntilAsync(() => call.IsCompleted);
        await call;

        // The answer came from the server that was left; the new one hears of it.
        await _fixture.PassUntilAsync(() => two.Requests(MessageType.BatchRegister).Count == 1);
        Assert.Single(two.Requests(MessageType.BatchRegister)[0].Parse<BatchRegisterRequest>().Instances);
    }

    [Fact]
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
    public async Task Servers_that_send_the_client_in_a_circle_are_asked_once_per_round()
    {
        Refuse(Server, "two:7848");
        Refuse(_fixture.AddServer("two:7848"), ClientFixture.DefaultAddress);
        _fixture.CreateClient();
        await _fixture.PassAsync(TimeSpan.FromSeconds(20));
        Assert.InRange(_fixture.Attempts.Count, 6, 32);
        Assert.Equal([ClientFixture.DefaultAddress, "two:7848"], _fixture.Attempts.Take(2));
    }

    [Fact]
    public async Task A_session_that_was_left_ends_after_the_request_timeout()
    {
        _fixture.AddServer("two:7848");
        await _fixture.ConnectAsync();
        await _fixture.PassAsync(TimeSpan.FromSeconds(6));
        ServerEnd left = Server.Last;
        left.GoAway(GoAwayReason.Move, "two:7848");
        TimeSpan took = await _fixture.PassUntilAsync(() => left.IsClosed);
        Assert.InRange(took.TotalSeconds, 2.5, 3.5);
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
    public async Task A_single_stopping_server_is_tried_again_after_a_pause()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.IsDown = true;
        Server.Last.GoAway(GoAwayReason.Stopping);
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Reconnecting);
        Server.IsDown = false;
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
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

        // A round has two attempts, because each server names the other; rounds are about a second apart at first. A tight loop makes thousands.
        Assert.InRange(_fixture.Attempts.Count, 3, 40);
    }

    [Fact]
    public async Task A_version_mismatch_is_a_failed_state_and_is_retried_rarely()
    {
        Server.Answers[MessageType.Setup] = frame =>
        {
            frame.On.GoAway(GoAwayReason.UnsupportedVersion);
            return null;
        };
        NamingClient client = _fixture.CreateClient();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Failed);
        await _fixture.PassAsync(TimeSpan.FromSeconds(4));
        Assert.Single(_fixture.Attempts);
        Server.Answers.Clear();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
    }

    [Fact]
    public async Task State_changes_are_told_in_order_even_when_a_handler_throws()
    {
        List<ConnectionState> states = [];
        NamingClient client = _fixture.CreateClient();
        client.StateChanged += (_, change) =>
        {
            lock (states)
            {
                states.Add(change.Current);
            }

            throw new InvalidOperationException("handler");
        };
        await _fixture.UntilAsync(() => client.State == ConnectionState.Connected);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Connections.Count == 2 && client.State == ConnectionState.Connected);
        await _fixture.UntilAsync(() =>
        {
            lock (states)
            {
                return states.Count >= 2;
            }
        });
        await _fixture.CompletesAsync(client.DisposeAsync());
        await _fixture.UntilAsync(() => states.Contains(ConnectionState.Disposed));
        Assert.Equal([ConnectionState.Reconnecting, ConnectionState.Connected, ConnectionState.Disposed], states.SkipWhile(s => s == ConnectionState.Connected));
    }

    private static void Refuse(ScriptedServer server, params string[] addresses) => server.Answers[MessageType.Setup] = frame =>
    {
        frame.On.GoAway(GoAwayReason.LimitExceeded, addresses);
        return null;
    };
}
