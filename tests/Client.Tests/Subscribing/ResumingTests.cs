using FastRegistry.Client.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Subscribing;

/// <summary>What a new session is told of the lists that the client holds, and what comes of it.</summary>
public sealed class ResumingTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance A = new("10.0.0.1", 80);
    private static readonly RegistryInstance B = new("10.0.0.2", 80);
    private readonly ClientFixture _fixture = new();
    private NamingClient? _client;

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("S-4")]
    public async Task The_first_subscribe_names_no_list_and_a_new_session_is_told_which_one_is_held()
    {
        Snapshot list = ScriptedServer.List("orders", 1, 4, A, B);

        // In an order that no dictionary gives back.
        for (int i = 0; i < 40; i++)
        {
            list.Instances[0].Metadata.Add(new Label { Key = $"k{i * 7919 % 40}", Value = "v" });
        }

        Server.Lists["orders"] = list;
        await SubscribeAsync();
        Assert.Null(Server.Subscriptions[0].Held);
        await ReconnectAsync();
        HeldList held = Server.Subscriptions[1].Held;
        Assert.Equal((ScriptedServer.Epoch(1), 4ul, 2u), (held.Epoch, held.Revision, held.Count));
        Assert.Equal(DigestOf(list), held.Digest);
    }

    [Fact]
    [ProtocolRule("S-7")]
    public async Task A_list_in_pieces_and_deltas_on_it_have_the_digest_of_what_the_server_lists()
    {
        RegistryInstance[] many = [.. Enumerable.Range(0, 10_000).Select(static i => new RegistryInstance($"10.1.{i / 250}.{i % 250}", 80))];
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, many);
        ChangeLog log = await SubscribeAsync();
        SnapshotDelta delta = new() { Name = "orders", Epoch = ScriptedServer.Epoch(1), BaseRevision = 1, Revision = 2 };
        delta.Upserted.Add((many[5] with { Weight = 7 }).ToMessage());
        delta.Upserted.Add(A.ToMessage());
        delta.Removed.Add(many[9].Identity.ToMessage());
        Server.Last.PushDelta(Server.SubscriptionOf("orders"), delta);
        await _fixture.UntilAsync(() => log.Count == 2);
        await ReconnectAsync();

        RegistryInstance[] now = [.. many.Where((_, i) => i is not 5 and not 9), many[5] with { Weight = 7 }, A];
        HeldList held = Server.Subscriptions[1].Held;
        Assert.Equal((2ul, 10_000u), (held.Revision, held.Count));
        Assert.Equal(DigestOf(ScriptedServer.List("orders", 1, 2, now)), held.Digest);
    }

    [Fact]
    [ProtocolRule("S-7")]
    public async Task Instances_that_are_only_carried_are_left_out_of_count_and_digest()
    {
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, A);
        ChangeLog log = await SubscribeAsync();
        Snapshot provisional = ScriptedServer.List("orders", 2, 1, B);
        provisional.Provisional = true;
        Server.Push("orders", provisional);
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([B, A], log.Last.Instances);
        await ReconnectAsync();
        HeldList held = Server.Subscriptions[1].Held;
        Assert.Equal((ScriptedServer.Epoch(2), 1ul, 1u), (held.Epoch, held.Revision, held.Count));
        Assert.Equal(DigestOf(provisional), held.Digest);
    }

    [Fact]
    [ProtocolRule("U-1")]
    public async Task An_unchanged_list_stays_and_takes_the_version_that_was_said()
    {
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 4, A, B);
        ChangeLog log = await SubscribeAsync();
        Server.OnSubscribe(static (frame, subscription) => frame.On.PushUnchanged(subscription.Id, Unchanged(9, 1)));
        await ReconnectAsync();
        Server.Last.PushDelta(Server.SubscriptionOf("orders"), Delta(9, 1, 2, A with { Weight = 2 }));
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal(new ServiceVersion(1, 9, 2), log.Last.Version);
        Assert.Equal([A with { Weight = 2 }, B], log.Last.Instances);
        Assert.Equal(2, Server.Subscriptions.Count);
    }

    [Fact]
    [ProtocolRule("D-2")]
    public async Task A_delta_may_be_the_first_push_on_a_list_that_was_named()
    {
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 4, A);
        ChangeLog log = await SubscribeAsync();
        Server.OnSubscribe(static (frame, subscription) => frame.On.PushDelta(subscription.Id, Delta(1, 4, 9, B)));
        await ReconnectAsync();
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([A, B], log.Last.Instances);
        Assert.Equal(2, Server.Subscriptions.Count);
    }

    [Fact]
    [ProtocolRule("U-2")]
    public async Task Unchanged_and_provisional_keeps_what_is_carried_and_unchanged_alone_ends_it()
    {
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, A);
        ChangeLog log = await SubscribeAsync();
        Snapshot provisional = ScriptedServer.List("orders", 2, 1, B);
        provisional.Provisional = true;
        Server.Push("orders", provisional);
        await _fixture.UntilAsync(() => log.Count == 2);

        SnapshotUnchanged still = Unchanged(2, 2);
        still.Provisional = true;
        Server.Last.PushUnchanged(Server.SubscriptionOf("orders"), still);
        Server.Last.Probe(1);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Pong).Count == 1);
        ServiceChange now = await ListNowAsync();
        Assert.Equal([B, A], now.Instances);
        Assert.Equal((true, 2ul), (now.IsProvisional, now.Version.Revision));

        // The end of warm-up, at the same revision.
        Server.Last.PushUnchanged(Server.SubscriptionOf("orders"), Unchanged(2, 2));
        await _fixture.UntilAsync(() => log.Count == 3);
        Assert.Equal([A], log.Last.Removed);
        Assert.False(log.Last.IsProvisional);
    }

    [Fact]
    public async Task Unchanged_of_an_empty_list_brings_its_reason_up_to_date()
    {
        ChangeLog log = await SubscribeAsync();
        Assert.Equal(EmptyReason.NeverSeen, log.Last.EmptyReason);
        SnapshotUnchanged unchanged = Unchanged(1, 3);
        unchanged.EmptyReason = Wire.Messages.EmptyReason.Lost;
        Server.Last.PushUnchanged(Server.SubscriptionOf("orders"), unchanged);
        Server.Last.Probe(1);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Pong).Count == 1);
        ServiceChange now = await ListNowAsync();
        Assert.Equal((EmptyReason.Lost, 3ul), (now.EmptyReason, now.Version.Revision));
    }

    [Fact]
    [ProtocolRule("U-3")]
    public async Task Unchanged_without_a_list_is_answered_by_asking_again()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.OnSubscribe((frame, subscription) =>
        {
            if (Server.Subscriptions.Count == 1)
            {
                frame.On.PushUnchanged(subscription.Id, Unchanged(1, 3));
            }
            else
            {
                frame.On.Push(subscription.Id, ScriptedServer.List("orders", 1, 3, A));
            }
        });
        Assert.Equal([A], await _fixture.CompletesAsync(client.GetInstancesAsync(Orders)));
        Assert.Single(Server.Subscriptions.Select(static subscription => subscription.Id).Distinct());
    }

    [Fact]
    public async Task Many_subscriptions_are_restored_with_few_requests()
    {
        NamingClient client = await _fixture.ConnectAsync();
        for (int service = 0; service < 1_500; service++)
        {
            await _fixture.CompletesAsync(client.GetInstancesAsync(new ServiceKey($"s{service}")));
        }

        int before = Server.Requests(MessageType.Subscribe).Count;
        await ReconnectAsync(expected: before + 2);
        int[] restored = [.. Server.Requests(MessageType.Subscribe).Skip(before).Select(static frame => frame.Parse<SubscribeRequest>().Subscriptions.Count)];
        Assert.Equal([1_000, 500], restored);
        await _fixture.UntilAsync(() => _fixture.Log.Lines.Any(static line => line.Contains("1500 subscriptions", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_request_of_many_subscriptions_is_not_larger_than_the_server_takes()
    {
        Server.SetupReply.Limits = new Limits { RequestBytes = 2_000 };
        NamingClient client = await _fixture.ConnectAsync();
        for (int service = 0; service < 30; service++)
        {
            await _fixture.CompletesAsync(client.GetInstancesAsync(new ServiceKey(new string('n', 400) + service)));
        }

        int before = Server.Requests(MessageType.Subscribe).Count;
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Subscriptions.Count == 60);
        Assert.All(Server.Requests(MessageType.Subscribe), static frame => Assert.InRange(frame.Body.Length, 1, 2_000));
        Assert.InRange(Server.Requests(MessageType.Subscribe).Count - before, 8, 15);
    }

    [Fact]
    public async Task Of_many_subscriptions_only_those_that_were_refused_are_tried_again()
    {
        NamingClient client = await _fixture.ConnectAsync();
        for (int service = 0; service < 5; service++)
        {
            await _fixture.CompletesAsync(client.GetInstancesAsync(new ServiceKey($"s{service}")));
        }

        string[] names = [];
        Server.Answers[MessageType.Subscribe] = frame =>
        {
            SubscribeRequest request = frame.Parse<SubscribeRequest>();
            if (request.Subscriptions.Count < 5)
            {
                return Server.Agree(frame);
            }

            names = [.. request.Subscriptions.Select(static subscription => subscription.Name)];
            SubscribeReply reply = new();
            reply.Refused.Add(new RefusedSubscription { Index = 1, Error = new ErrorReply { Code = (uint)ErrorCode.Overloaded, Retryable = true } });
            reply.Refused.Add(new RefusedSubscription { Index = 3, Error = new ErrorReply { Code = (uint)ErrorCode.InvalidArgument } });
            return reply;
        };
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Subscriptions.Count == 11);
        await _fixture.PassAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(11, Server.Subscriptions.Count);
        Assert.Equal(names[1], Server.Subscriptions[^1].Name);
        Assert.NotEqual(Server.Subscriptions[6].Id, Server.Subscriptions[^1].Id);
        Assert.Empty(Server.Requests(MessageType.Unsubscribe));
    }

    private static SnapshotUnchanged Unchanged(ulong incarnation, ulong revision) => new() { Epoch = ScriptedServer.Epoch(incarnation), Revision = revision };

    private static SnapshotDelta Delta(ulong incarnation, ulong baseRevision, ulong revision, RegistryInstance upserted)
    {
        SnapshotDelta delta = new() { Name = "orders", Epoch = ScriptedServer.Epoch(incarnation), BaseRevision = baseRevision, Revision = revision };
        delta.Upserted.Add(upserted.ToMessage());
        return delta;
    }

    private static ulong DigestOf(Snapshot list)
    {
        ulong digest = 0;
        foreach (Wire.Messages.Instance instance in list.Instances)
        {
            digest = unchecked(digest + ListDigest.OfInstance(instance.ToByteArray()));
        }

        return digest;
    }

    /// <summary>The list as a new subscriber is told it.</summary>
    private async Task<ServiceChange> ListNowAsync()
    {
        ChangeLog log = new();
        await _fixture.CompletesAsync(_client!.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        return log.Last;
    }

    private async Task ReconnectAsync(int expected = 2)
    {
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.Subscribe).Count == expected);
    }

    private async Task<ChangeLog> SubscribeAsync()
    {
        _client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(_client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        return log;
    }
}
