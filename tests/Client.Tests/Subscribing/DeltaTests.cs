using FastRegistry.Client.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Subscribing;

public sealed class DeltaTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance A = new("10.0.0.1", 80);
    private static readonly RegistryInstance B = new("10.0.0.2", 80);
    private static readonly RegistryInstance C = new("10.0.0.3", 80) { Cluster = "other" };
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("D-3")]
    public async Task A_delta_on_the_list_is_told_as_its_difference()
    {
        (NamingClient client, ChangeLog log) = await SubscribeAsync(A, B);
        Push(Delta(1, 1, 4, upserted: [A with { Weight = 3 }, C], removed: [B]));
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([C], log.Last.Added);
        Assert.Equal([B], log.Last.Removed);
        Assert.Equal([A with { Weight = 3 }], log.Last.Modified);
        Assert.Equal([A with { Weight = 3 }, C], log.Last.Instances);
        Assert.Equal((EmptyReason.NotEmpty, new ServiceVersion(1, 1, 4)), (log.Last.EmptyReason, log.Last.Version));
        Assert.Equal(2, (await client.GetInstancesAsync(Orders)).Count);

        SnapshotDelta emptied = Delta(1, 4, 5, removed: [A, C]);
        emptied.EmptyReason = Wire.Messages.EmptyReason.Lost;
        Push(emptied);
        await _fixture.UntilAsync(() => log.Count == 3);
        Assert.Empty(log.Last.Instances);
        Assert.Equal(EmptyReason.Lost, log.Last.EmptyReason);
        Assert.Single(Server.Requests(MessageType.Subscribe));
    }

    [Fact]
    [ProtocolRule("D-3")]
    public async Task Removing_what_is_not_there_is_no_error()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Push(Delta(1, 1, 2, upserted: [B], removed: [C]));
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([A, B], log.Last.Instances);
        Assert.Single(Server.Requests(MessageType.Subscribe));
    }

    [Fact]
    [ProtocolRule("D-3")]
    public async Task A_delta_that_is_not_newer_is_dropped()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Server.Push("orders", ScriptedServer.List("orders", 1, 5, A, B));
        Push(Delta(1, 1, 4, removed: [A]));
        Push(Delta(1, 4, 5, removed: [B]));
        Push(Delta(1, 5, 6, upserted: [C]));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 6);
        Assert.Equal([A, B, C], log.Last.Instances);
        Assert.Single(Server.Requests(MessageType.Subscribe));
    }

    [Fact]
    [ProtocolRule("D-4", "D-5", "S-8")]
    public async Task A_delta_on_another_list_has_the_same_subscription_asked_for_again_once_as_a_whole_list()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        ReceivedFrame? question = null;
        Server.Answers[MessageType.Subscribe] = frame =>
        {
            question = frame;
            return null;
        };
        Push(Delta(1, 7, 8, upserted: [B]));
        Push(Delta(1, 8, 9, upserted: [C]));
        await _fixture.UntilAsync(() => question is not null);
        Assert.Null(Assert.Single(question!.Parse<SubscribeRequest>().Subscriptions).Held);
        ScriptedServer.Accept(question, subscription => question.On.PushDelta(subscription.Id, Delta(1, 1, 9, upserted: [B, C])));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 9);
        Assert.Equal([A, B, C], log.Last.Instances);
        AssertSameSubscription(questions: 2);

        Push(Delta(1, 9, 10, removed: [A]));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 10);
        AssertSameSubscription(questions: 2);
    }

    [Fact]
    [ProtocolRule("D-5")]
    public async Task What_is_unchanged_while_a_gap_is_mended_may_be_a_list_that_never_came()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Server.Answers[MessageType.Subscribe] = _ => null;
        Push(Delta(1, 7, 8, upserted: [B]));
        await _fixture.UntilAsync(() => Server.Subscriptions.Count == 2);
        Server.Last.PushUnchanged(Server.SubscriptionOf("orders"), new SnapshotUnchanged { Epoch = ScriptedServer.Epoch(1), Revision = 9 });
        Server.Push("orders", ScriptedServer.List("orders", 1, 8, A, B));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 8);
        Assert.DoesNotContain(log.All, static change => change.Version.Revision == 9);
    }

    [Fact]
    public async Task A_delta_of_another_epoch_does_not_fit()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Server.Lists["orders"] = ScriptedServer.List("orders", 2, 1, B);
        Push(Delta(2, 1, 2, upserted: [C]));
        await _fixture.UntilAsync(() => log.Last.Version == new ServiceVersion(1, 2, 1));
        Assert.Equal([B], log.Last.Instances);
    }

    [Fact]
    [ProtocolRule("D-3", "L-8")]
    public async Task A_delta_on_a_provisional_list_ends_it_and_what_the_server_never_listed_goes()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Snapshot provisional = ScriptedServer.List("orders", 2, 1, B);
        provisional.Provisional = true;
        Server.Push("orders", provisional);
        await _fixture.UntilAsync(() => log.Last.IsProvisional);
        Assert.Equal([B, A], log.Last.Instances);
        Push(Delta(2, 1, 2, upserted: [C]));
        await _fixture.UntilAsync(() => !log.Last.IsProvisional);
        Assert.Equal([B, C], log.Last.Instances);
        Assert.Single(Server.Subscriptions);
    }

    [Fact]
    [ProtocolRule("D-4", "D-5")]
    public async Task A_delta_instead_of_the_first_list_is_made_up_for()
    {
        NamingClient client = await _fixture.ConnectAsync();
        bool isFirst = true;
        Server.OnSubscribe((frame, subscription) =>
        {
            if (isFirst)
            {
                isFirst = false;
                frame.On.PushDelta(subscription.Id, Delta(1, 1, 2, upserted: [B]));
            }
            else
            {
                frame.On.Push(subscription.Id, ScriptedServer.List("orders", 1, 2, A, B));
            }
        });
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count > 0 && log.Last.Version.Revision == 2);
        Assert.Equal([A, B], log.Last.Instances);
        AssertSameSubscription(questions: 2);
    }

    [Fact]
    public async Task After_a_reconnect_deltas_build_on_the_list_of_the_new_session()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 6, A, B);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => log.Last.Version.Revision == 6);
        Push(Delta(1, 6, 7, removed: [A]));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 7);
        Assert.Equal([B], log.Last.Instances);
        Assert.Equal(2, Server.Requests(MessageType.Subscribe).Count);
    }

    private static SnapshotDelta Delta(
        ulong incarnation, ulong baseRevision, ulong revision, RegistryInstance[]? upserted = null, RegistryInstance[]? removed = null)
    {
        SnapshotDelta delta = new() { Name = "orders", Epoch = ScriptedServer.Epoch(incarnation), BaseRevision = baseRevision, Revision = revision };
        delta.Upserted.AddRange((upserted ?? []).Select(static instance => instance.ToMessage()));
        delta.Removed.AddRange((removed ?? []).Select(static instance => instance.Identity.ToMessage()));
        return delta;
    }

    private void Push(SnapshotDelta delta) => Server.Last.PushDelta(Server.SubscriptionOf("orders"), delta);

    private void AssertSameSubscription(int questions)
    {
        Assert.Equal(questions, Server.Subscriptions.Count);
        Assert.Single(Server.Subscriptions.Select(static subscription => (subscription.Id, subscription.Name)).Distinct());
    }

    private async Task<(NamingClient Client, ChangeLog Log)> SubscribeAsync(params RegistryInstance[] instances)
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, instances);
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        return (client, log);
    }
}
