using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Subscribing;

public sealed class SubscriberTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance A = new("10.0.0.1", 80);
    private static readonly RegistryInstance B = new("10.0.0.2", 80);
    private static readonly RegistryInstance Other = new("10.0.0.3", 80) { Cluster = "other" };
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_second_subscriber_gets_the_list_at_once_and_shares_the_subscription()
    {
        (NamingClient client, _) = await SubscribeAsync(A);
        ChangeLog second = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, second.Note));
        await _fixture.UntilAsync(() => second.Count == 1);
        Assert.Equal([A], second.Last.Added);
        Assert.Single(Server.Requests(MessageType.Subscribe));
        Assert.Single(client.GetSubscriptions());
    }

    [Fact]
    public async Task Only_the_last_unsubscribe_reaches_the_server()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, A);
        ChangeLog left = new();
        ChangeLog stays = new();
        ISubscription one = await _fixture.CompletesAsync(client.SubscribeAsync(Orders, left.Note));
        ISubscription two = await _fixture.CompletesAsync(client.SubscribeAsync(Orders, stays.Note));
        await _fixture.UntilAsync(() => left.Count == 1 && stays.Count == 1);
        await one.DisposeAsync();
        await one.DisposeAsync();
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, A, B));
        await _fixture.UntilAsync(() => stays.Count == 2);
        Assert.Equal(1, left.Count);
        Assert.Empty(Server.Requests(MessageType.Unsubscribe));
        await two.DisposeAsync();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Unsubscribe).Count == 1);
        Assert.Equal(
            Server.SubscriptionOf("orders"), Server.Requests(MessageType.Unsubscribe)[0].Parse<UnsubscribeRequest>().SubscriptionId);
        Assert.Empty(client.GetSubscriptions());
    }

    [Fact]
    public async Task Selectors_of_one_service_do_not_disturb_each_other()
    {
        (NamingClient client, ChangeLog all) = await SubscribeAsync(A, Other);
        ChangeLog cluster = new();
        ChangeLog healthy = new();
        ChangeLog chosen = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, cluster.Note, new InstanceSelector { Clusters = ["other"] }));
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, healthy.Note, new InstanceSelector { HealthyOnly = true }));
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, chosen.Note, new InstanceSelector { Predicate = i => i.Ip == "10.0.0.2" }));
        await _fixture.UntilAsync(() => cluster.Count == 1 && healthy.Count == 1 && chosen.Count == 1);
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, A with { Healthy = false }, B, Other));
        await _fixture.UntilAsync(() => all.Count == 2 && healthy.Count == 2 && chosen.Count == 2);
        Assert.Equal([Other], cluster.Last.Instances);
        Assert.Equal(1, cluster.Count);
        Assert.Equal("10.0.0.1", Assert.Single(healthy.Last.Removed).Ip);
        Assert.Equal([B], chosen.Last.Added);
    }

    [Fact]
    public async Task A_slow_callback_sees_one_merged_change()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, A);
        ChangeLog log = new();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, async (change, token) =>
        {
            await log.Note(change, token);
            await gate.Task;
        }));
        await _fixture.UntilAsync(() => log.Count == 1);
        for (ulong revision = 2; revision <= 30; revision++)
        {
            Server.Push("orders", ScriptedServer.List("orders", 1, revision, revision % 2 == 0 ? [B] : [A, Other]));
        }

        Server.Push("orders", ScriptedServer.List("orders", 1, 31, Other), ackNow: true);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Ack).Count > 0);
        gate.SetResult();
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal(31ul, log.Last.Version.Revision);
        Assert.Equal([A], log.Last.Removed);
        Assert.Equal([Other], log.Last.Added);
    }

    [Fact]
    public async Task A_callback_that_throws_is_logged_and_called_again()
    {
        NamingClient client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, async (change, token) =>
        {
            await log.Note(change, token);
            throw new InvalidOperationException("callback");
        }));
        await _fixture.UntilAsync(() => log.Count == 1);
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, A));
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Contains(_fixture.Log.Lines, line => line.Contains("callback", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_watch_streams_the_changes_and_leaves_when_it_ends()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, A);
        IAsyncEnumerator<ServiceChange> watch = client.WatchAsync(Orders).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await _fixture.CompletesAsync(watch.MoveNextAsync()));
        Assert.Equal([A], watch.Current.Instances);
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, A, B));
        Assert.True(await _fixture.CompletesAsync(watch.MoveNextAsync()));
        Assert.Equal([B], watch.Current.Added);
        await watch.DisposeAsync();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Unsubscribe).Count == 1);
    }

    [Fact]
    public async Task A_refused_subscription_throws_and_leaves_nothing_behind()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Subscribe] = _ => new ErrorReply { Code = (uint)ErrorCode.InvalidArgument, Field = "name", Text = "too long" };
        Task call = client.SubscribeAsync(Orders, new ChangeLog().Note).AsTask();
        await _fixture.UntilAsync(() => call.IsCompleted);
        RegistryException failure = await Assert.ThrowsAsync<RegistryException>(() => call);
        Assert.Equal((RegistryErrorCode.InvalidArgument, "name"), (failure.Code, failure.Field));
        Assert.Empty(client.GetSubscriptions());
    }

    [Fact]
    public async Task An_unanswered_subscription_is_tried_again_while_somebody_waits()
    {
        NamingClient client = await _fixture.ConnectAsync();
        int calls = 0;
        Server.Answers[MessageType.Subscribe] = frame => Interlocked.Increment(ref calls) == 1
            ? new ErrorReply { Code = (uint)ErrorCode.Unavailable, Retryable = true }
            : Server.Agree(frame);
        Task<IReadOnlyList<RegistryInstance>> call = client.GetInstancesAsync(Orders).AsTask();
        await _fixture.PassUntilAsync(() => call.IsCompleted);
        Assert.Empty(await call);
        Assert.Equal(2, calls);
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
