using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Connecting;

public sealed class MovingTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance First = new("10.0.0.1", 80);
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

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

    private static void Refuse(ScriptedServer server, params string[] addresses) => server.Answers[MessageType.Setup] = frame =>
    {
        frame.On.GoAway(GoAwayReason.LimitExceeded, addresses);
        return null;
    };
}
