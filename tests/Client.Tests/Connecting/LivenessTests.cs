using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Tests.Connecting;

public sealed class LivenessTests : IAsyncDisposable
{
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Silence_of_five_seconds_is_answered_by_a_ping_and_a_pong_keeps_the_connection()
    {
        await _fixture.ConnectAsync();
        TimeSpan took = await _fixture.PassUntilAsync(() => Server.Of(FrameKind.Ping).Count == 1);
        Assert.InRange(took.TotalSeconds, 4.9, 5.3);
        took = await _fixture.PassUntilAsync(() => Server.Of(FrameKind.Ping).Count == 2);
        Assert.InRange(took.TotalSeconds, 4.8, 5.3);
        Assert.Single(Server.Connections);
    }

    [Fact]
    public async Task Three_seconds_without_an_answer_to_the_ping_lose_the_connection()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.AnswersPings = false;
        await _fixture.PassUntilAsync(() => Server.Of(FrameKind.Ping).Count == 1);
        TimeSpan took = await _fixture.PassUntilAsync(() => Server.Connections[0].IsClosed);
        Assert.InRange(took.TotalSeconds, 2.8, 3.3);
        await _fixture.PassUntilAsync(() => Server.Connections.Count == 2 && client.State == ConnectionState.Connected);
    }

    [Fact]
    public async Task Any_frame_counts_as_life()
    {
        await _fixture.ConnectAsync();
        for (int second = 0; second < 3; second++)
        {
            await _fixture.PassAsync(TimeSpan.FromSeconds(3));
            Server.Last.Probe(1);
            await _fixture.UntilAsync(() => Server.Of(FrameKind.Pong).Count == second + 1);
        }

        Assert.Empty(Server.Of(FrameKind.Ping));
    }

    [Fact]
    public async Task A_suspended_process_asks_before_it_gives_the_connection_up()
    {
        await _fixture.ConnectAsync();
        await _fixture.PassAsync(TimeSpan.FromSeconds(1));
        _fixture.Time.Suspend(TimeSpan.FromMinutes(5));
        await _fixture.PassUntilAsync(() => Server.Of(FrameKind.Ping).Count == 1);
        await _fixture.PassAsync(TimeSpan.FromSeconds(4));
        Assert.Single(Server.Connections);
    }

    [Fact]
    public async Task A_probe_is_answered_at_once_with_its_token()
    {
        await _fixture.ConnectAsync();
        Server.Last.Probe(0xABCD);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Pong).Count == 1);
        Assert.Equal(0xABCDul, UInt64Body.Read(Server.Of(FrameKind.Pong)[0].Body).Value);
    }

    [Fact]
    public async Task A_push_that_asks_is_acknowledged_at_once_and_for_all_before_it()
    {
        await SubscribeAsync();
        Server.Push("orders", ScriptedServer.List("orders", 1, 2));
        Server.Push("orders", ScriptedServer.List("orders", 1, 3));
        ulong last = Server.Last.Push(Server.SubscriptionOf("orders"), ScriptedServer.List("orders", 1, 4), ackNow: true);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Ack).Count > 0);
        Assert.Equal(last, UInt64Body.Read(Server.Of(FrameKind.Ack)[^1].Body).Value);
        await _fixture.PassAsync(TimeSpan.FromSeconds(4.5));
        Assert.Single(Server.Of(FrameKind.Ack));
    }

    [Fact]
    public async Task An_ack_rides_on_the_next_request()
    {
        (NamingClient client, ChangeLog log) = await SubscribeAsync();
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, new Client.Instance("a", 1)));
        await _fixture.UntilAsync(() => log.Count == 2);
        await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey("x"), new Client.Instance("10.0.0.1", 80)));
        ReceivedFrame request = Assert.Single(Server.Requests(MessageType.Register));
        Assert.Equal(1ul, request.Acknowledged);
        Assert.Equal("10.0.0.1", request.Parse<RegisterRequest>().Instance.Ip);
        await _fixture.PassAsync(TimeSpan.FromSeconds(4.5));
        Assert.Empty(Server.Of(FrameKind.Ack));
    }

    [Fact]
    public async Task Pushes_that_find_no_frame_are_acknowledged_together_two_to_four_seconds_after_the_first()
    {
        (_, ChangeLog log) = await SubscribeAsync();
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, new Client.Instance("a", 1)));
        await _fixture.UntilAsync(() => log.Count == 2);
        await _fixture.PassAsync(TimeSpan.FromSeconds(1.5));
        ulong last = Server.Last.Push(Server.SubscriptionOf("orders"), ScriptedServer.List("orders", 1, 3));
        TimeSpan took = await _fixture.PassUntilAsync(() => Server.Of(FrameKind.Ack).Count == 1);
        Assert.InRange(took.TotalSeconds, 0.4, 2.6);
        Assert.Equal(last, UInt64Body.Read(Server.Of(FrameKind.Ack)[0].Body).Value);
        await _fixture.PassAsync(TimeSpan.FromSeconds(4));
        Assert.Single(Server.Of(FrameKind.Ack));
    }

    [Fact]
    public async Task An_ack_never_waits_longer_than_the_server_gives_it()
    {
        Server.SetupReply.PushAckMilliseconds = 1_000;
        (_, ChangeLog log) = await SubscribeAsync();
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, new Client.Instance("a", 1)));
        await _fixture.UntilAsync(() => log.Count == 2);
        TimeSpan took = await _fixture.PassUntilAsync(() => Server.Of(FrameKind.Ack).Count == 1);
        Assert.InRange(took.TotalSeconds, 0.3, 0.95);
    }

    [Fact]
    public async Task A_ping_that_is_due_first_takes_the_ack_along()
    {
        NamingClient client = await _fixture.ConnectAsync(static options => options with { PingAfter = TimeSpan.FromSeconds(1) });
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(new ServiceKey("orders"), log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, new Client.Instance("a", 1)));
        await _fixture.UntilAsync(() => log.Count == 2);
        await _fixture.PassAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(1ul, PingBody.Read(Server.Of(FrameKind.Ping)[0].Body).AcknowledgedPush);
        Assert.Empty(Server.Of(FrameKind.Ack));
    }

    private async Task<(NamingClient Client, ChangeLog Log)> SubscribeAsync()
    {
        NamingClient client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(new ServiceKey("orders"), log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        return (client, log);
    }
}
