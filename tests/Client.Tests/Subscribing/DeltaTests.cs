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
    public async Task Removing_what_is_not_there_is_no_error()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Push(Delta(1, 1, 2, upserted: [B], removed: [C]));
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([A, B], log.Last.Instances);
        Assert.Single(Server.Requests(MessageType.Subscribe));
    }

    [Fact]
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
    public async Task A_delta_on_another_list_is_answered_by_one_question_for_the_whole_list()
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
        question!.On.Reply(question, ScriptedServer.List("orders", 1, 9, A, B, C));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 9);
        Assert.Equal([A, B, C], log.Last.Instances);
        AssertSameSubscription(questions: 2);

        Push(Delta(1, 9, 10, removed: [A]));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 10);
        AssertSameSubscription(questions: 2);
    }

    [Fact]
    public async Task An_answer_that_is_older_than_a_delta_that_did_not_fit_is_followed_by_another_question()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        ulong revision = 8;
        Server.Answers[MessageType.Subscribe] = frame =>
        {
            if (revision == 8)
            {
                frame.On.PushDelta(frame.Parse<SubscribeRequest>().SubscriptionId, Delta(1, 10, 11, upserted: [C]));
            }

            Snapshot answer = revision == 8 ? ScriptedServer.List("orders", 1, 8, A, B) : ScriptedServer.List("orders", 1, 12, A, B, C);
            revision = 12;
            return answer;
        };
        Push(Delta(1, 7, 8, upserted: [B]));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 12);
        AssertSameSubscription(questions: 3);
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
    public async Task A_provisional_list_takes_no_delta()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Snapshot provisional = ScriptedServer.List("orders", 2, 1, B);
        provisional.Provisional = true;
        Server.Push("orders", provisional);
        await _fixture.UntilAsync(() => log.Last.IsProvisional);
        Server.Lists["orders"] = ScriptedServer.List("orders", 2, 2, B, C);
        Push(Delta(2, 1, 2, upserted: [C]));
        await _fixture.UntilAsync(() => !log.Last.IsProvisional);
        Assert.Equal([B, C], log.Last.Instances);
        AssertSameSubscription(questions: 2);
    }

    [Fact]
    public async Task A_delta_before_the_first_answer_is_made_up_for()
    {
        NamingClient client = await _fixture.ConnectAsync();
        bool isFirst = true;
        Server.Answers[MessageType.Subscribe] = frame =>
        {
            if (isFirst)
            {
                isFirst = false;
                frame.On.PushDelta(frame.Parse<SubscribeRequest>().SubscriptionId, Delta(1, 1, 2, upserted: [B]));
                return ScriptedServer.List("orders", 1, 1, A);
            }

            return ScriptedServer.List("orders", 1, 2, A, B);
        };
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count > 0 && log.Last.Version.Revision == 2);
        Assert.Equal([A, B], log.Last.Instances);
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
        List<ReceivedFrame> asked = Server.Requests(MessageType.Subscribe);
        Assert.Equal(questions, asked.Count);
        Assert.Single(asked.Select(static frame => frame.Parse<SubscribeRequest>()).Distinct());
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
