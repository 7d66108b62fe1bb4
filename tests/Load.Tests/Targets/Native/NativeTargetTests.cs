using System.Buffers;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Load.Tests.Targets.Native;

/// <summary>The native target against a real server.</summary>
public sealed class NativeTargetTests
{
    private const int LargeMetadataBytes = 1000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registered_instance_is_listed_as_it_was_given_and_makes_the_answer_to_a_query_larger()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NativeTarget target = new();
        ITargetConnection connection = await target.ConnectAsync(server.Native, source: null, Stop);
        PreparedRequest query = target.PrepareQuery("s");
        LoadInstance instance = new("10.1.2.3", 8080, 2.5, [KeyValuePair.Create("zone", "a"), KeyValuePair.Create("app", "ü")]);

        LoadResult before = await connection.SendAsync(query);
        Assert.True((await connection.SendAsync(target.PrepareRegister("s", instance))).IsOk);
        LoadResult with = await connection.SendAsync(query);
        FastRegistry.Registry.Instances.Instance listed = Assert.Single(server.Listed("s"));
        Assert.True((await connection.SendAsync(target.PrepareDeregister("s", instance))).IsOk);
        LoadResult after = await connection.SendAsync(query);

        Assert.True(before.IsOk && with.IsOk && after.IsOk);
        Assert.True(with.SizeBytes > before.SizeBytes + 10, $"{before.SizeBytes}, {with.SizeBytes}");
        Assert.True(after.SizeBytes < with.SizeBytes, $"{with.SizeBytes}, {after.SizeBytes}");
        Assert.Equal(("10.1.2.3", 8080, 2.5), (listed.Identity.Ip, listed.Identity.Port, listed.Weight));
        Assert.Equal(instance.Metadata, listed.ReadMetadata());
        Assert.Empty(server.Listed("s"));
    }

    [Fact]
    public async Task Sixty_four_outstanding_queries_of_one_connection_are_all_answered()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NativeTarget target = new();
        ITargetConnection connection = await target.ConnectAsync(server.Native, source: null, Stop);
        PreparedRequest query = target.PrepareQuery("s");
        int answered = 0;

        async Task QueryAgainAndAgainAsync()
        {
            for (int i = 0; i < 200; i++)
            {
                LoadResult result = await connection.SendAsync(query).ConfigureAwait(false);
                Assert.True(result.IsOk, result.StatusCode);
                Interlocked.Increment(ref answered);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => QueryAgainAndAgainAsync())).WaitAsync(Eventually.Deadline, Stop);
        Assert.Equal(64 * 200, answered);
        Assert.True((await connection.HeartbeatAsync()).IsOk);
    }

    [Fact]
    public async Task A_refusal_is_a_failure_with_its_code_and_leaves_the_connection_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NativeTarget target = new();
        ITargetConnection connection = await target.ConnectAsync(server.Native, source: null, Stop);

        LoadResult refused = await connection.SendAsync(target.PrepareRegister("s", TestServer.NewInstance(70_000)));

        Assert.Equal(LoadResult.Fail("refused: InvalidArgument"), refused);
        Assert.True(connection.IsOpen);
        Assert.True((await connection.SendAsync(target.PrepareQuery("s"))).IsOk);
    }

    [Fact]
    public async Task A_subscriber_waits_for_the_first_list_and_the_next_goes_to_its_sink()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NativeTarget target = new();
        ITargetConnection subscriber = await target.ConnectAsync(server.Native, source: null, Stop);
        ITargetConnection publisher = await target.ConnectAsync(server.Native, source: null, Stop);
        RecordingSink other = new();
        RecordingSink sink = new();

        Assert.True((await subscriber.SubscribeAsync("other", other)).IsOk);
        LoadResult first = await subscriber.SubscribeAsync("s", sink);
        Assert.True(first.IsOk && first.SizeBytes > 0);
        Assert.Empty(sink.Arrived);
        Assert.True((await publisher.SendAsync(target.PrepareRegister("s", TestServer.NewInstance(81)))).IsOk);
        await Eventually.TrueAsync(() => sink.Arrived.Count > 0);

        // The server knows which list went before: what has changed is enough.
        SnapshotDelta pushed = SnapshotDelta.Parser.ParseFrom(sink.Arrived[0].List);
        Assert.Equal("s", pushed.Name);
        Assert.Equal(81u, Assert.Single(pushed.Upserted).Port);
        Assert.Empty(other.Arrived);
    }

    [Fact]
    public async Task A_change_of_one_of_many_instances_arrives_as_that_instance_alone()
    {
        const int Instances = 50;
        await using TestServer server = await TestServer.StartAsync();
        await using NativeTarget target = new();
        ITargetConnection subscriber = await target.ConnectAsync(server.Native, source: null, Stop);
        ITargetConnection publisher = await target.ConnectAsync(server.Native, source: null, Stop);
        Assert.True((await publisher.SendAsync(target.PrepareBatch("s", [.. Enumerable.Range(1, Instances).Select(static port => TestServer.NewInstance(port))]))).IsOk);
        RecordingSink sink = new();
        LoadResult first = await subscriber.SubscribeAsync("s", sink);
        string mark = PushMark.Write(7);

        Assert.True((await publisher.SendAsync(target.PrepareRegister("s", TestServer.NewInstance(3, KeyValuePair.Create("m", mark))))).IsOk);
        await Eventually.TrueAsync(() => sink.Arrived.Count > 0);

        Assert.Equal(Instances, server.Listed("s").Count);
        Assert.True(sink.Arrived[0].List.Length < first.SizeBytes / 5, $"{sink.Arrived[0].List.Length} bytes of {first.SizeBytes}");
        Assert.Equal(3u, Assert.Single(SnapshotDelta.Parser.ParseFrom(sink.Arrived[0].List).Upserted).Port);
        Assert.True(PushMark.TryRead(new ReadOnlySequence<byte>(sink.Arrived[0].List), out long change));
        Assert.Equal(7, change);
    }

    [Fact]
    public async Task A_subscription_that_was_ended_gets_nothing_more_and_the_connection_goes_on()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NativeTarget target = new();
        ITargetConnection subscriber = await target.ConnectAsync(server.Native, source: null, Stop);
        ITargetConnection publisher = await target.ConnectAsync(server.Native, source: null, Stop);
        RecordingSink ended = new();
        RecordingSink stays = new();
        Assert.True((await subscriber.SubscribeAsync("s", ended)).IsOk);
        Assert.True((await subscriber.SubscribeAsync("t", stays)).IsOk);

        Assert.True((await subscriber.UnsubscribeAsync(ended)).IsOk);
        Assert.Equal(LoadResult.Fail("not subscribed"), await subscriber.UnsubscribeAsync(ended));
        Assert.True((await publisher.SendAsync(target.PrepareRegister("s", TestServer.NewInstance(1)))).IsOk);
        Assert.True((await publisher.SendAsync(target.PrepareRegister("t", TestServer.NewInstance(1)))).IsOk);
        await Eventually.TrueAsync(() => stays.Arrived.Count > 0);

        Assert.Empty(ended.Arrived);
        Assert.Equal(1, server.Host.Node.Registry.SubscriptionCount);
    }

    [Fact]
    public async Task A_list_that_travels_in_chunks_arrives_whole_as_an_answer_and_as_a_push()
    {
        const int Instances = 400;
        await using TestServer server = await TestServer.StartAsync();
        await using NativeTarget target = new();
        ITargetConnection subscriber = await target.ConnectAsync(server.Native, source: null, Stop);
        ITargetConnection publisher = await target.ConnectAsync(server.Native, source: null, Stop);
        RecordingSink sink = new();
        Assert.True((await subscriber.SubscribeAsync("s", sink)).IsOk);
        KeyValuePair<string, string> large = KeyValuePair.Create("m", new string('x', LargeMetadataBytes));
        LoadInstance[] instances = [.. Enumerable.Range(1, Instances).Select(port => TestServer.NewInstance(port, large))];
        Assert.True((await publisher.SendAsync(target.PrepareBatch("s", instances))).IsOk);

        await Eventually.TrueAsync(() => sink.Arrived.Count > 0);
        Assert.Equal(Instances, SnapshotDelta.Parser.ParseFrom(sink.Arrived[0].List).Upserted.Count);
        LoadResult answer = await subscriber.SendAsync(target.PrepareQuery("s"));

        // More than the credit a stream begins with, so that it depends on ours.
        Assert.True(sink.Arrived[^1].List.Length > WireLimits.InitialStreamCreditBytes);
        Assert.True(answer.IsOk && answer.SizeBytes > WireLimits.InitialStreamCreditBytes, $"{answer}");
    }

    [Fact]
    public async Task Leaving_and_aborting_take_the_publications_along_and_are_no_losses()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NativeTarget target = new();
        ITargetConnection leaves = await target.ConnectAsync(server.Native, source: null, Stop);
        ITargetConnection aborts = await target.ConnectAsync(server.Native, source: null, Stop);
        Assert.True((await leaves.SendAsync(target.PrepareRegister("s", TestServer.NewInstance(1)))).IsOk);
        Assert.True((await aborts.SendAsync(target.PrepareRegister("s", TestServer.NewInstance(2)))).IsOk);
        Assert.Equal(2, server.Listed("s").Count);

        await leaves.LeaveAsync();
        Assert.False(leaves.IsOpen);
        aborts.Abort();
        Assert.False(aborts.IsOpen);

        await Eventually.TrueAsync(() => server.Listed("s").Count == 0 && target.Statistics.Open == 0);
        Assert.Equal(0, target.Statistics.Losses.Total);
        Assert.Equal(LoadResult.Fail("connection lost"), await leaves.SendAsync(target.PrepareQuery("s")));
        Assert.Equal(LoadResult.Fail("connection lost"), await aborts.HeartbeatAsync());
    }

    [Fact]
    public async Task A_connection_beyond_the_server_s_limit_fails_with_the_goaway()
    {
        await using TestServer server = await TestServer.StartAsync("--Limits:Connections=1");
        await using NativeTarget target = new();
        await target.ConnectAsync(server.Native, source: null, Stop);

        TargetException fault = await Assert.ThrowsAsync<TargetException>(() => target.ConnectAsync(server.Native, source: null, Stop));

        Assert.Equal("goaway: LimitExceeded", fault.Message);
        Assert.Equal(1, target.Statistics.Open);
        Assert.Equal(0, target.Statistics.Losses.Total);
    }

    [Fact]
    public async Task The_source_address_is_used_and_a_server_that_hangs_up_fails_the_set_up()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        await using NativeTarget target = new();
        Task<ITargetConnection> connecting = target.ConnectAsync((IPEndPoint)listener.LocalEndpoint, IPAddress.Parse("127.0.0.5"), Stop);

        using (Socket accepted = await listener.AcceptSocketAsync(Stop))
        {
            Assert.Equal("127.0.0.5", ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());
        }

        TargetException fault = await Assert.ThrowsAsync<TargetException>(() => connecting);
        Assert.StartsWith("connection: Peer", fault.Message, StringComparison.Ordinal);
    }
}
