using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Subscribing;

/// <summary>Subscriptions that the server ends, refuses or does not answer: nothing is left on it that nobody knows.</summary>
public sealed class EndingTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance A = new("10.0.0.1", 80);
    private static readonly RegistryInstance B = new("10.0.0.2", 80);
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("U-4")]
    public async Task A_subscription_that_the_server_ends_before_its_list_fails_with_the_reason()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.OnSubscribe(static (frame, subscription) => frame.On.PushEnded(
            subscription.Id, new ErrorReply { Code = (uint)ErrorCode.NotSupported, Text = "too large" }));
        Task call = client.SubscribeAsync(Orders, new ChangeLog().Note).AsTask();
        await _fixture.UntilAsync(() => call.IsCompleted);
        RegistryException failure = await Assert.ThrowsAsync<RegistryException>(() => call);
        Assert.Equal((RegistryErrorCode.NotSupported, "too large"), (failure.Code, failure.Message));
        Assert.Empty(Server.Requests(MessageType.Unsubscribe));
    }

    [Fact]
    [ProtocolRule("U-5")]
    public async Task A_subscription_that_ends_for_good_keeps_its_list_and_is_tried_on_the_next_session_only()
    {
        ChangeLog log = await SubscribeAsync();
        Server.Last.PushEnded(Server.SubscriptionOf("orders"), new ErrorReply { Code = (uint)ErrorCode.InvalidArgument });
        await _fixture.PassAsync(TimeSpan.FromSeconds(6));
        Assert.Single(Server.Subscriptions);
        Assert.Equal([A], log.Last.Instances);
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 2, A, B);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => log.Count == 2);
        Assert.Equal([B], log.Last.Added);
    }

    [Fact]
    [ProtocolRule("U-5", "S-12")]
    public async Task A_subscription_that_ends_for_now_is_made_again_after_the_time_the_server_asks_for()
    {
        ChangeLog log = await SubscribeAsync();
        ulong former = Server.SubscriptionOf("orders");
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 2, A, B);
        ErrorReply error = new() { Code = (uint)ErrorCode.Overloaded, Retryable = true, RetryAfterMilliseconds = 2_000 };
        Server.Last.PushEnded(former, error);
        TimeSpan took = await _fixture.PassUntilAsync(() => log.Count == 2);
        Assert.InRange(took.TotalSeconds, 1.9, 2.5);
        Assert.NotEqual(former, Server.SubscriptionOf("orders"));
        Assert.Empty(Server.Requests(MessageType.Unsubscribe));
    }

    [Fact]
    public async Task A_mended_subscription_that_is_refused_is_taken_back_and_made_anew()
    {
        ChangeLog log = await SubscribeAsync();
        ulong former = Server.SubscriptionOf("orders");
        int asked = 0;
        Server.Answers[MessageType.Subscribe] = frame => ++asked == 1
            ? Refused(new ErrorReply { Code = (uint)ErrorCode.Overloaded, Retryable = true })
            : Server.Agree(frame);
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 9, B);
        PushGap();
        await _fixture.PassUntilAsync(() => log.Count == 2);
        UnsubscribeRequest taken = Assert.Single(Server.Requests(MessageType.Unsubscribe)).Parse<UnsubscribeRequest>();
        Assert.Equal(former, taken.SubscriptionId);
        Assert.NotEqual(former, Server.SubscriptionOf("orders"));
    }

    [Fact]
    public async Task A_mended_subscription_that_is_not_answered_is_taken_back_and_made_anew()
    {
        ChangeLog log = await SubscribeAsync();
        ulong former = Server.SubscriptionOf("orders");
        int asked = 0;
        Server.Answers[MessageType.Subscribe] = frame => ++asked == 1 ? null : Server.Agree(frame);
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 9, B);
        PushGap();
        await _fixture.PassUntilAsync(() => log.Count == 2);
        Assert.Equal(former, Assert.Single(Server.Requests(MessageType.Unsubscribe)).Parse<UnsubscribeRequest>().SubscriptionId);
        Assert.NotEqual(former, Server.SubscriptionOf("orders"));
    }

    [Fact]
    public async Task A_subscribe_that_is_not_answered_is_taken_back_and_tried_under_another_id()
    {
        NamingClient client = await _fixture.ConnectAsync();
        int asked = 0;
        Server.Answers[MessageType.Subscribe] = frame => ++asked == 1 ? null : Server.Agree(frame);
        Task<bool> watch = client.WatchAsync(Orders).GetAsyncEnumerator(TestContext.Current.CancellationToken).MoveNextAsync().AsTask();
        await _fixture.PassUntilAsync(() => watch.IsCompleted);
        ulong[] ids = [.. Server.Subscriptions.Select(static subscription => subscription.Id)];
        Assert.Equal(2, ids.Distinct().Count());
        Assert.Equal(ids[0], Assert.Single(Server.Requests(MessageType.Unsubscribe)).Parse<UnsubscribeRequest>().SubscriptionId);
    }

    private static SubscribeReply Refused(ErrorReply error)
    {
        SubscribeReply reply = new();
        reply.Refused.Add(new RefusedSubscription { Index = 0, Error = error });
        return reply;
    }

    private void PushGap() => Server.Last.PushDelta(
        Server.SubscriptionOf("orders"),
        new SnapshotDelta { Name = "orders", Epoch = ScriptedServer.Epoch(1), BaseRevision = 7, Revision = 8 });

    private async Task<ChangeLog> SubscribeAsync()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, A);
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        return log;
    }
}
