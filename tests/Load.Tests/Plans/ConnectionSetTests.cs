using System.Net;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Tests.Plans;

public sealed class ConnectionSetTests
{
    [Fact]
    public async Task Connections_of_all_generators_are_spread_evenly_over_servers_and_source_addresses()
    {
        RecordingTarget target = new();
        RunSettings settings = new()
        {
            Scenario = ScenarioNames.Connections,
            Servers = [new("127.0.0.1:1", "127.0.0.1:2"), new("127.0.0.1:3", "127.0.0.1:4"), new("127.0.0.1:5", "127.0.0.1:6")],
            Sources = 4,
        };
        const int Generators = 2;
        const int Each = 600;
        for (int index = 0; index < Generators; index++)
        {
            ConnectionSet connections = new(target, settings, new GeneratorShare(index, Generators));
            connections.Resize(Each);
            await connections.OpenRestAsync(0, TestContext.Current.CancellationToken);
        }

        IEnumerable<IGrouping<(IPEndPoint, IPAddress?), (IPEndPoint, IPAddress?)>> routes = target.Connected.GroupBy(static route => route);
        Assert.Equal(3 * 4, routes.Count());
        Assert.All(routes, static route => Assert.Equal(Generators * Each / 12, route.Count()));
    }

    [Fact]
    public async Task A_connection_that_cannot_be_opened_names_the_reason()
    {
        RecordingTarget target = new() { Refusal = "connect: ConnectionRefused" };
        RunSettings settings = new() { Scenario = ScenarioNames.Query, Servers = [new("127.0.0.1:1", "127.0.0.1:2")] };
        ConnectionSet connections = new(target, settings, new GeneratorShare(0, 1));
        connections.Resize(10);

        Load.Commands.CannotRunException reason = await Assert.ThrowsAsync<Load.Commands.CannotRunException>(
            () => connections.OpenRestAsync(0, TestContext.Current.CancellationToken));

        Assert.Contains("connect: ConnectionRefused", reason.Message, StringComparison.Ordinal);
    }
}
