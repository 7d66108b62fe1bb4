using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Client.Tests.Connecting;

public sealed class LivenessTests : IAsyncDisposable
{
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("C-19")]
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
    [ProtocolRule("C-19")]
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
    [ProtocolRule("C-18")]
    public async Task A_probe_is_answered_at_once_with_its_token()
    {
        await _fixture.ConnectAsync();
        Server.Last.Probe(0xABCD);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Pong).Count == 1);
        Assert.Equal(0xABCDul, UInt64Body.Read(Server.Of(FrameKind.Pong)[0].Body).Value);
    }
}
