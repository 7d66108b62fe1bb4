using FastRegistry.Load.HttpComparison;
using FastRegistry.Load.HttpTraffic;
using FastRegistry.Load.Tests.Targets.Harness;

namespace FastRegistry.Load.Tests.HttpComparison;

/// <summary>The requests of the fleet against a whole server.</summary>
public sealed class HttpFleetTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Instances_are_registered_beat_and_are_listed_as_healthy_ten_to_a_service()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpLoop loop = HttpLoop.Connect(server.Http, 4);
        HttpFleet fleet = new(new NacosRequests(server.Http), 25);

        await RunAsync(loop, ClosedTraffic.Once(fleet.Registrations()));
        await RunAsync(loop, ClosedTraffic.Once(fleet.Beats()));
        List<HealthyInstances> lists = [];
        await RunAsync(loop, ClosedTraffic.Once(fleet.Lists(count =>
        {
            lists.Add(new HealthyInstances(count));
            return lists[^1];
        })));

        Assert.Equal([10, 10, 5], lists.Select(static list => list.Found));
        Assert.Equal(25, server.Host.Node.Registry.Services.Sum(static entry => entry.GetSnapshot().Instances.Length));
    }

    [Fact]
    public async Task A_beat_of_an_instance_that_is_not_registered_is_a_wrong_body()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpLoop loop = HttpLoop.Connect(server.Http, 1);
        HttpFleet fleet = new(new NacosRequests(server.Http), 1);

        await loop.RunAsync(ClosedTraffic.Once(fleet.Beats())).WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal("wrong body", Assert.Single(loop.Failures.ToList()).Kind);
    }

    private static async Task RunAsync(HttpLoop loop, IHttpTraffic traffic)
    {
        await loop.RunAsync(traffic).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Empty(loop.Failures.ToList());
    }
}
