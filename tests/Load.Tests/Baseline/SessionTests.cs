using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Baseline;

public sealed class SessionTests
{
    [Fact]
    public async Task A_client_is_set_up_and_its_heartbeats_are_answered()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection connection = await baseline.ConnectAsync();

        Assert.True(connection.IsOpen);
        Assert.Equal(1, baseline.Target.Statistics.Open);
        Assert.Equal(1, baseline.Host.Connections.Count);
        for (int i = 0; i < 100; i++)
        {
            await BaselineFixture.OkAsync(connection.HeartbeatAsync());
        }

        await connection.LeaveAsync();
        Assert.False(connection.IsOpen);
        await BaselineFixture.EventuallyAsync(() => baseline.Target.Statistics.Open == 0, static () => "the target still counts the connection");
        Assert.Equal(0, baseline.Target.Statistics.Losses.Total);
        await BaselineFixture.EventuallyAsync(() => baseline.Host.Connections.Count == 0, static () => "the server still has the connection");
    }

    [Fact]
    public async Task A_second_heartbeat_fails_while_the_first_is_unanswered()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection connection = await baseline.ConnectAsync();
        using BlockingSink sink = new(new ReceivedLists());

        // The receiving thread is kept inside a push, so that no answer can come.
        await BaselineFixture.OkAsync(connection.SubscribeAsync("s", sink));
        await baseline.RegisterAsync(connection, "s", 1);
        await BaselineFixture.EventuallyAsync(() => sink.IsBlocked, static () => "no push came");
        ValueTask<LoadResult> first = connection.HeartbeatAsync();
        LoadResult second = await connection.HeartbeatAsync();
        sink.LetGo();

        Assert.Equal(LoadResult.Fail("still unanswered"), second);
        await BaselineFixture.OkAsync(first);
        await BaselineFixture.OkAsync(connection.HeartbeatAsync());
        connection.Abort();
    }

    [Fact]
    public async Task What_one_client_registers_another_one_finds()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection provider = await baseline.ConnectAsync();
        ITargetConnection consumer = await baseline.ConnectAsync();
        PreparedRequest query = baseline.Target.PrepareQuery("orders");
        LoadResult empty = await consumer.SendAsync(query);

        await baseline.RegisterAsync(provider, "orders", 8080);
        LoadResult one = await consumer.SendAsync(query);
        await BaselineFixture.OkAsync(provider.SendAsync(baseline.Target.PrepareDeregister("orders", BaselineFixture.NewInstance(8080))));
        LoadResult again = await consumer.SendAsync(query);

        Assert.True(empty.IsOk && one.IsOk && again.IsOk);
        Assert.True(one.SizeBytes > empty.SizeBytes && one.SizeBytes > again.SizeBytes, $"{empty.SizeBytes} {one.SizeBytes} {again.SizeBytes}");
        Assert.Equal(0, baseline.Host.Node.Registry.PublicationCount);
        await provider.LeaveAsync();
        await consumer.LeaveAsync();
    }

    [Fact]
    public async Task A_subscriber_is_pushed_every_newest_list()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection provider = await baseline.ConnectAsync();
        ITargetConnection consumer = await baseline.ConnectAsync();
        ReceivedLists orders = new();
        ReceivedLists stock = new();
        await BaselineFixture.OkAsync(consumer.SubscribeAsync("orders", orders));
        await BaselineFixture.OkAsync(consumer.SubscribeAsync("stock", stock));

        await baseline.RegisterAsync(provider, "orders", 1);
        await baseline.RegisterAsync(provider, "stock", 7);
        await baseline.RegisterAsync(provider, "orders", 2);

        await orders.WaitAsync(1, 2);
        await stock.WaitAsync(7);
        await provider.LeaveAsync();
        await consumer.LeaveAsync();
        await BaselineFixture.EventuallyAsync(() => baseline.Host.Node.Registry.SubscriptionCount == 0, static () => "a subscription is left");
    }

    [Fact]
    public async Task A_list_of_many_instances_arrives_whole()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection provider = await baseline.ConnectAsync();
        ITargetConnection consumer = await baseline.ConnectAsync();
        ReceivedLists lists = new();
        await BaselineFixture.OkAsync(consumer.SubscribeAsync("large", lists));
        int[] ports = [.. Enumerable.Range(1, 1500)];

        await Task.WhenAll(ports.Select(port => baseline.RegisterAsync(provider, "large", port)));

        await lists.WaitAsync(ports);
        LoadResult query = await consumer.SendAsync(baseline.Target.PrepareQuery("large"));
        Assert.True(query is { IsOk: true, SizeBytes: > 32 * 1024 }, query.ToString());
        await provider.LeaveAsync();
        await consumer.LeaveAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_instances_of_a_client_go_with_it(bool leaves)
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection provider = await baseline.ConnectAsync();
        ITargetConnection consumer = await baseline.ConnectAsync();
        ReceivedLists lists = new();
        await BaselineFixture.OkAsync(consumer.SubscribeAsync("orders", lists));
        await baseline.RegisterAsync(provider, "orders", 1);
        await baseline.RegisterAsync(consumer, "orders", 2);
        await lists.WaitAsync(1, 2);

        if (leaves)
        {
            await provider.LeaveAsync();
        }
        else
        {
            provider.Abort();
        }

        await lists.WaitAsync(2);
        Assert.Equal(LoadResult.Fail("connection lost"), await provider.SendAsync(baseline.Target.PrepareQuery("orders")));
        Assert.Equal(LoadResult.Fail("connection lost"), await provider.HeartbeatAsync());
        Assert.Equal(0, baseline.Target.Statistics.Losses.Total);
        await consumer.LeaveAsync();
    }
}
