using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Connecting;

/// <summary>Answers and pushes that arrive in pieces: their time, and how either side gives them up.</summary>
public sealed class StreamTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly InstanceQuery Ask = new() { Subscribe = false };
    private static readonly RegistryInstance[] Many =
        [.. Enumerable.Range(0, 30_000).Select(static i => new RegistryInstance($"10.1.{i / 250}.{i % 250}", 80) { Weight = 2 })];

    private readonly ClientFixture _fixture = new();
    private NamingClient? _client;

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("Q-11")]
    public async Task Every_piece_extends_the_time_of_a_call()
    {
        Task<IReadOnlyList<RegistryInstance>> call = await AskAsync();
        for (int second = 0; second < 8; second++)
        {
            await _fixture.PassAsync(TimeSpan.FromSeconds(1));
            Server.Last.AddCredit(1, 16 * 1024);
        }

        Assert.False(call.IsCompleted);
        Server.Last.AddCredit(1, int.MaxValue);
        await _fixture.UntilAsync(() => call.IsCompleted);
        Assert.Equal(Many.Length, (await call).Count);
    }

    [Fact]
    [ProtocolRule("Q-11", "T-14")]
    public async Task A_call_that_makes_no_more_progress_times_out_and_its_stream_is_reset()
    {
        Task<IReadOnlyList<RegistryInstance>> call = await AskAsync();
        await _fixture.PassUntilAsync(() => call.IsCompleted);
        RegistryException failure = await Assert.ThrowsAsync<RegistryException>(() => call);
        Assert.Equal(RegistryErrorCode.TimedOut, failure.Code);
        await AssertGivenUpAsync(StreamResetCode.Cancelled);
        Assert.Equal(Server.Requests(MessageType.Query)[0].CorrelationId, Assert.Single(Server.Of(FrameKind.Cancel)).CorrelationId);
    }

    [Fact]
    [ProtocolRule("T-14")]
    public async Task A_call_that_is_cancelled_resets_its_stream_and_the_connection_goes_on()
    {
        using CancellationTokenSource cancellation = new();
        Task<IReadOnlyList<RegistryInstance>> call = await AskAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await AssertGivenUpAsync(StreamResetCode.Cancelled);
        Assert.Single(Server.Of(FrameKind.Cancel));

        Server.Answers.Clear();
        Assert.Empty(await _fixture.CompletesAsync(_client!.GetInstancesAsync(Orders, Ask)));
        Assert.Single(Server.Connections);
    }

    [Fact]
    [ProtocolRule("T-15")]
    public async Task An_answer_that_the_server_gives_up_fails_and_may_be_asked_for_again()
    {
        Task<IReadOnlyList<RegistryInstance>> call = await AskAsync();
        Assert.True(Server.Last.GiveUp(FrameKind.Response, Server.Requests(MessageType.Query)[0].CorrelationId));
        await _fixture.UntilAsync(() => call.IsCompleted);
        RegistryException failure = await Assert.ThrowsAsync<RegistryException>(() => call);
        Assert.True(failure.Retryable);
        Assert.Empty(Server.Of(FrameKind.StreamReset));
    }

    [Fact]
    public async Task Unsubscribing_resets_the_stream_of_a_push()
    {
        NamingClient client = await _fixture.ConnectAsync();
        ISubscription subscription = await _fixture.CompletesAsync(client.SubscribeAsync(Orders, new ChangeLog().Note));
        Server.Last.GivesWay = false;
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, Many));
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Credit).Count > 0);
        await subscription.DisposeAsync();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Unsubscribe).Count == 1);
        await AssertGivenUpAsync(StreamResetCode.Unsubscribed);
    }

    [Fact]
    [ProtocolRule("T-15")]
    public async Task A_push_that_the_server_gives_up_is_asked_for_again_as_a_whole_list()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, Many[0]);
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        Server.Last.GivesWay = false;
        ulong id = Server.SubscriptionOf("orders");
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, Many));
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 3, Many[..2]);
        Assert.True(Server.Last.GiveUp(FrameKind.Push, id));
        await _fixture.PassUntilAsync(() => log.Count == 2);
        Assert.Equal(id, Server.Subscriptions[^1].Id);
        Assert.Null(Server.Subscriptions[^1].Held);
        Assert.Equal([Many[1]], log.Last.Added);
    }

    [Fact]
    [ProtocolRule("T-8", "T-7")]
    public async Task More_streams_than_the_client_has_said_end_the_connection_with_a_goaway()
    {
        await _fixture.ConnectAsync();
        ServerEnd end = Server.Last;
        for (uint stream = 1; stream <= 17; stream++)
        {
            byte[] body = new byte[ChunkPrefix.Size + 1];
            new ChunkPrefix(stream, FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, 100).Write(body);
            end.SendRaw(new FrameHeader((uint)body.Length, FrameKind.Chunk, FrameFlags.None, MessageType.None, 1), body);
        }

        await _fixture.UntilAsync(() => end.IsClosed);
        Assert.Equal((uint)GoAwayReason.ProtocolViolation, Assert.Single(Server.Of(FrameKind.GoAway)).Parse<GoAway>().Reason);
    }

    /// <summary>Asks for a large list, of which what may go without credit has arrived.</summary>
    private async Task<Task<IReadOnlyList<RegistryInstance>>> AskAsync(CancellationToken cancellationToken = default)
    {
        _client = await _fixture.ConnectAsync();
        Server.Last.GivesWay = false;
        Server.Answers[MessageType.Query] = static frame =>
        {
            frame.On.ReplyInChunks(frame, ScriptedServer.List("orders", 1, 1, Many));
            return null;
        };
        Task<IReadOnlyList<RegistryInstance>> call = _client.GetInstancesAsync(Orders, Ask, cancellationToken).AsTask();
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Credit).Count > 0);
        return call;
    }

    private async Task AssertGivenUpAsync(StreamResetCode code)
    {
        await _fixture.UntilAsync(() => Server.Of(FrameKind.StreamReset).Count == 1 && Server.Last.OpenStreams == 0);
        Assert.Equal(new StreamResetBody(1, code), StreamResetBody.Read(Server.Of(FrameKind.StreamReset)[0].Body));
    }
}
