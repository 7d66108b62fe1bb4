using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Load.Tests.Targets.Native;

/// <summary>The native connection against a scripted server: what it sends, and when.</summary>
public sealed class NativeConnectionTests
{
    private const int Callers = 8;

    private static readonly PreparedRequest Query = new NativeRequest(MessageType.Query, [1, 2, 3]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Preface_and_set_up_leave_in_one_send()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        Assert.Equal(1, peer.Sends);
        Assert.True(peer.Client.IsOpen);
        Assert.Equal(1, peer.Statistics.Open);
    }

    [Fact]
    public async Task A_set_up_names_what_the_client_takes_and_a_number_that_grows_with_each_connection_of_a_client()
    {
        NativeIdentity identity = new();
        List<SetupRequest> requests = [];
        for (int i = 0; i < 2; i++)
        {
            ScriptedPeer peer = new();
            _ = peer.Client.SetUpAsync(identity, Stop);
            requests.Add(SetupRequest.Parser.ParseFrom(Assert.Single(peer.Read()).Body));
        }

        Assert.Equal(requests[0].ClientInstanceId, requests[1].ClientInstanceId);
        Assert.Equal([1, 2], requests.Select(static request => (int)request.ConnectionNumber));
        Assert.Equal((16u, 256u << 20, 256u << 10), (requests[0].Limits.Streams, (uint)requests[0].Limits.StreamBytes, requests[0].Limits.StreamCreditBytes));
    }

    [Theory]
    [InlineData(0, 1024)]
    [InlineData(3, 3)]
    public async Task No_more_requests_are_outstanding_than_the_server_takes(uint announced, int taken)
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync(new Wire.Messages.Limits { OutstandingRequests = announced });
        for (int i = 0; i < taken; i++)
        {
            Assert.False(peer.Client.SendAsync(Query).AsTask().IsCompleted);
        }

        Assert.Equal(LoadResult.Fail("too many outstanding"), ScriptedPeer.Completed(peer.Client.SendAsync(Query)));
    }

    [Theory]
    [InlineData("set-up: malformed answer", (byte)0xff)]
    [InlineData("set-up: the server announces no limits; it is a build from before protocol 1 was complete")]
    public async Task A_set_up_reply_without_limits_or_that_does_not_parse_fails_the_set_up(string kind, params byte[] reply)
    {
        ScriptedPeer peer = new();
        Task setUp = peer.Client.SetUpAsync(new NativeIdentity(), Stop);
        peer.Answer(Assert.Single(peer.Read()), reply);

        Assert.Equal(kind, (await Assert.ThrowsAsync<TargetException>(() => setUp)).Message);
    }

    [Fact]
    public async Task A_refused_set_up_fails_with_its_code()
    {
        ScriptedPeer peer = new();
        Task setUp = peer.Client.SetUpAsync(new NativeIdentity(), Stop);
        peer.Write(ScriptedPeer.ErrorTo(Assert.Single(peer.Read()), ErrorCode.LimitExceeded));

        Assert.Equal("set-up refused: LimitExceeded", (await Assert.ThrowsAsync<TargetException>(() => setUp)).Message);
        Assert.False(peer.Client.IsOpen);
        Assert.Equal(0, peer.Statistics.Losses.Total);
        Assert.Equal(0, peer.Statistics.Open);
    }

    [Fact]
    public async Task Requests_of_callers_that_go_on_in_one_batch_leave_in_one_send()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();

        async Task<int> TwoQueriesAsync()
        {
            await peer.Client.SendAsync(Query).ConfigureAwait(false);
            int thread = Environment.CurrentManagedThreadId;
            await peer.Client.SendAsync(Query).ConfigureAwait(false);
            return thread;
        }

        Task<int>[] callers = [.. Enumerable.Range(0, Callers).Select(_ => TwoQueriesAsync())];
        List<ReceivedFrame> first = peer.Read();
        Assert.Equal(Callers, first.Count);
        Assert.Equal(1 + Callers, peer.Sends);

        int thread = Environment.CurrentManagedThreadId;
        peer.Write([.. first.Select(static request => ScriptedPeer.AnswerTo(request, 9))]);
        List<ReceivedFrame> second = peer.Read();
        Assert.Equal(Callers, second.Count);
        Assert.Equal(1 + Callers + 1, peer.Sends);
        Assert.All(second, static request => Assert.Equal([1, 2, 3], request.Body));
        Assert.Empty(first.Select(static request => request.Header.CorrelationId).Intersect(second.Select(static request => request.Header.CorrelationId)));

        peer.Write([.. second.Select(static request => ScriptedPeer.AnswerTo(request, 9))]);
        Assert.All(callers, static caller => Assert.True(caller.IsCompletedSuccessfully));
        Assert.All(await Task.WhenAll(callers), wentOnOn => Assert.Equal(thread, wentOnOn));
    }

    [Fact]
    public async Task A_large_request_from_within_a_batch_arrives_whole()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        byte[] body = new byte[40_000];
        new Random(1).NextBytes(body);

        async Task TwoRequestsAsync()
        {
            await peer.Client.SendAsync(Query).ConfigureAwait(false);
            await peer.Client.SendAsync(new NativeRequest(MessageType.Register, body)).ConfigureAwait(false);
        }

        Task caller = TwoRequestsAsync();
        peer.Answer(Assert.Single(peer.Read()));
        ReceivedFrame large = Assert.Single(peer.Read());
        Assert.Equal(body, large.Body);
        peer.Answer(large);
        await caller;
    }

    [Fact]
    public async Task A_request_of_another_thread_does_not_wait_for_the_batch_that_is_being_handled()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        int sendsWithinBatch = 0;

        async Task AskFromAnotherThreadAsync()
        {
            await peer.Client.SendAsync(Query).ConfigureAwait(false);
            Thread other = new(() => peer.Client.SendAsync(Query).AsTask());
            other.Start();
            other.Join();
            sendsWithinBatch = peer.Sends;
        }

        Task caller = AskFromAnotherThreadAsync();
        int before = peer.Sends;
        peer.Answer(Assert.Single(peer.Read()));

        Assert.True(caller.IsCompletedSuccessfully);
        Assert.Equal(before + 1, sendsWithinBatch);
        Assert.Single(peer.Read());
    }

    [Fact]
    public async Task A_lost_connection_fails_everything_outstanding_once_and_is_one_loss()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        List<string> completions = [];

        async Task WaitAsync(ValueTask<LoadResult> answer) => completions.Add((await answer.ConfigureAwait(false)).StatusCode);

        Task[] callers = [.. Enumerable.Range(0, Callers).Select(_ => WaitAsync(peer.Client.SendAsync(Query))), WaitAsync(peer.Client.HeartbeatAsync())];
        peer.Close();

        Assert.All(callers, static caller => Assert.True(caller.IsCompletedSuccessfully));
        Assert.Equal(Enumerable.Repeat("connection lost", Callers + 1), completions);
        Assert.Equal([("connection: PeerClosed", 1)], peer.Statistics.Losses.ToList().Select(static loss => (loss.Kind, loss.Count)));
        Assert.Equal(0, peer.Statistics.Open);
        Assert.Equal(LoadResult.Fail("connection lost"), ScriptedPeer.Completed(peer.Client.SendAsync(Query)));
    }

    [Fact]
    public async Task A_goaway_fails_what_is_outstanding_at_once_and_is_the_reason_of_the_loss()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        Task<LoadResult> query = peer.Client.SendAsync(Query).AsTask();

        peer.Write(ScriptedPeer.Frame(new FrameHeader(0, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), 0x08, (byte)GoAwayReason.Stopping));
        Assert.Equal(LoadResult.Fail("connection lost"), await query.WaitAsync(Eventually.Deadline, Stop));
        Assert.False(peer.Client.IsOpen);
        peer.Close();

        Assert.Equal([("goaway: Stopping", 1)], peer.Statistics.Losses.ToList().Select(static loss => (loss.Kind, loss.Count)));
        Assert.Equal(0, peer.Statistics.Open);
    }

    [Fact]
    public async Task Callers_that_begin_beside_the_end_of_the_connection_are_failed_too()
    {
        for (int round = 0; round < 100; round++)
        {
            ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
            using Barrier together = new(4);

            // Dedicated threads: they wait for each other.
            Task<ValueTask<LoadResult>[]>[] askers = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    return Enumerable.Range(0, 50).Select(_ => peer.Client.SendAsync(Query)).ToArray();
                },
                Stop,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default))];
            together.SignalAndWait(Stop);
            Thread.SpinWait(round * 50);
            peer.Client.Abort();

            foreach (ValueTask<LoadResult> answer in (await Task.WhenAll(askers)).SelectMany(static answers => answers))
            {
                Assert.Equal(LoadResult.Fail("connection lost"), await answer.AsTask().WaitAsync(Eventually.Deadline, Stop));
            }
        }
    }

    [Fact]
    public async Task An_answer_that_comes_twice_completes_only_the_request_it_belongs_to()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        ValueTask<LoadResult> first = peer.Client.SendAsync(Query);
        ReceivedFrame request = Assert.Single(peer.Read());
        peer.Answer(request, 1);
        Assert.Equal(LoadResult.Ok(1), ScriptedPeer.Completed(first));

        ValueTask<LoadResult> second = peer.Client.SendAsync(Query);
        peer.Answer(request, 1, 2);
        Assert.False(second.IsCompleted);
        peer.Answer(Assert.Single(peer.Read()), 1, 2, 3);
        Assert.Equal(LoadResult.Ok(3), ScriptedPeer.Completed(second));
        Assert.True(peer.Client.IsOpen);
    }

    [Fact]
    public async Task A_second_heartbeat_fails_while_the_first_is_unanswered()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        ValueTask<LoadResult> first = peer.Client.HeartbeatAsync();
        Assert.Equal(LoadResult.Fail("still unanswered"), ScriptedPeer.Completed(peer.Client.HeartbeatAsync()));
        Assert.False(first.IsCompleted);
        ReceivedFrame ping = Assert.Single(peer.Read());
        Assert.Equal(FrameKind.Ping, ping.Header.Kind);

        peer.Write(ScriptedPeer.Frame(new FrameHeader(0, FrameKind.Pong, FrameFlags.None, MessageType.None, 0), ping.Body));
        Assert.True((ScriptedPeer.Completed(first)).IsOk);
        ValueTask<LoadResult> third = peer.Client.HeartbeatAsync();
        Assert.NotEqual(ping.Body, Assert.Single(peer.Read()).Body);
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public async Task A_probe_is_answered_with_its_token_and_counted()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        peer.Write(ScriptedPeer.Frame(new FrameHeader(0, FrameKind.Probe, FrameFlags.None, MessageType.None, 0), 1, 2, 3, 4, 5, 6, 7, 8));

        ReceivedFrame pong = Assert.Single(peer.Read());
        Assert.Equal(FrameKind.Pong, pong.Header.Kind);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], pong.Body);
        Assert.Equal(1, peer.Statistics.ProbesAnswered);
    }

    [Fact]
    public async Task A_frame_that_breaks_the_rules_is_answered_with_goaway_and_ends_the_connection()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        ValueTask<LoadResult> query = peer.Client.SendAsync(Query);
        peer.Read();
        peer.Write(ScriptedPeer.Frame(new FrameHeader(0, FrameKind.Pong, FrameFlags.None, MessageType.None, 0), 1));

        Assert.Equal(FrameKind.GoAway, Assert.Single(peer.Read()).Header.Kind);
        Assert.Equal(LoadResult.Fail("connection lost"), ScriptedPeer.Completed(query));
        Assert.Equal("sent goaway: MalformedFrame", Assert.Single(peer.Statistics.Losses.ToList()).Kind);
    }
}
