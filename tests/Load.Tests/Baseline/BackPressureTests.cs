using FastRegistry.Load.Targets;
using FastRegistry.Registry.Push;

namespace FastRegistry.Load.Tests.Baseline;

public sealed class BackPressureTests
{
    private const int Instances = 1000;
    private const int MostChanges = 5000;

    [Fact]
    public async Task A_subscriber_that_stands_still_gets_the_newest_list_when_it_goes_on()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync("--Push:MergeWindowMaximum=00:00:00");
        ITargetConnection provider = await baseline.ConnectAsync();
        ITargetConnection consumer = await baseline.ConnectAsync();
        IReadOnlyList<PushWorker> workers = baseline.Host.Node.Push.Workers;
        List<int> ports = [.. Enumerable.Range(1, Instances)];
        await Task.WhenAll(ports.Select(port => baseline.RegisterAsync(provider, "s", port)));
        ReceivedLists lists = new();
        using BlockingSink sink = new(lists);
        await BaselineFixture.OkAsync(consumer.SubscribeAsync("s", sink));

        // Each change is a list of many kilobytes; the windows and what may wait hold a bounded number of them.
        for (int change = 0; change < MostChanges && workers.Sum(static worker => worker.Resyncs) == 0; change++)
        {
            ports.Add(Instances + 1 + change);
            await baseline.RegisterAsync(provider, "s", ports[^1]);
        }

        Assert.True(workers.Sum(static worker => worker.Resyncs) > 0, "nothing was put off");
        ports.Add(60_000);
        await baseline.RegisterAsync(provider, "s", 60_000);
        sink.LetGo();

        await lists.WaitAsync([.. ports]);
        await BaselineFixture.OkAsync(consumer.HeartbeatAsync());
        await provider.LeaveAsync();
        await consumer.LeaveAsync();
    }
}
