using System.Diagnostics;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Baseline;

public sealed class StopTests
{
    private const int Clients = 200;

    [Fact]
    public async Task A_stop_does_not_wait_for_open_streams_and_clients_count_it_as_a_loss()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection[] connections = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => baseline.ConnectAsync()));
        await BaselineFixture.OkAsync(connections[0].SubscribeAsync("s", new ReceivedLists()));
        Assert.Equal(Clients, baseline.Target.Statistics.Open);

        long started = Stopwatch.GetTimestamp();
        await baseline.Host.StopAsync(CancellationToken.None);

        // Kestrel's own default is 30 s; the rest is room for a busy machine.
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < TimeSpan.FromSeconds(20), $"the stop took {took}");
        await BaselineFixture.EventuallyAsync(() => baseline.Target.Statistics.Open == 0, () => $"{baseline.Target.Statistics.Open} are still open");
        Assert.Equal(Clients, baseline.Target.Statistics.Losses.Total);
        Assert.All(connections, static connection => Assert.False(connection.IsOpen));
        Assert.False((await connections[0].HeartbeatAsync()).IsOk);
        Assert.False((await connections[0].SendAsync(baseline.Target.PrepareQuery("s"))).IsOk);
    }

    [Fact]
    public async Task Nobody_listens_after_a_stop()
    {
        BaselineFixture baseline = await BaselineFixture.StartAsync();
        await baseline.DisposeAsync();

        TargetException refused = await Assert.ThrowsAsync<TargetException>(baseline.ConnectAsync);
        Assert.Equal("connect: ConnectionRefused", refused.Message);
    }
}
