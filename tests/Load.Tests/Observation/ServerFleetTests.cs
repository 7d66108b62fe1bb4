using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Tests.Observation;

public sealed class ServerFleetTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Memory_and_readings_are_sums_over_all_servers()
    {
        using ServerFleet fleet = FleetOf(new FakeServer { Connections = 3 }, new FakeServer { Connections = 4 });

        MemoryPoint memory = await fleet.CollectAsync("start", Cancelled);
        ServerMetrics metrics = await fleet.ReadAsync(Cancelled);

        Assert.Equal(new MemoryPoint("start", 200, 400, 7, memory.Kernel), memory);
        Assert.Equal(new ServerReading(2, 2000, 7), metrics.Reading);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_named()
    {
        FakeServer second = new();
        using ServerFleet fleet = FleetOf(new FakeServer(), second);
        second.Vanish();

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => fleet.ReadAsync(Cancelled));

        Assert.Contains("127.0.0.1:1001", reason.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason.Message);
    }

    internal static ServerFleet FleetOf(params FakeServer[] servers) =>
        new([.. servers.Select(static (server, i) => new ServerObserver(new IPEndPoint(IPAddress.Loopback, 1000 + i), server))]);
}
