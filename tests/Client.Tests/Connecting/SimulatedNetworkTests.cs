using System.IO.Pipelines;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Client.Tests.Connecting;

/// <summary>The client on a network with time in it.</summary>
public sealed class SimulatedNetworkTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_client_is_connected_after_two_round_trips_and_comes_back_after_a_cut()
    {
        await using ClientFixture fixture = new();
        TransportResources resources = new();
        using SimulatedNetwork network = new(fixture.Time, PipeScheduler.ThreadPool) { DefaultLink = LinkOptions.OfRoundTrip(RoundTrip) };
        network.Listen("one", 7848, end => fixture.Server.Accept(new PipeConnection(end, resources, PipeScheduler.ThreadPool, end.RemoteEndPoint)));
        SimulatedServerConnector connector = new(network, "client", PipeScheduler.ThreadPool);
        NamingClient client = new(
            new NamingClientOptions { Servers = [ClientFixture.DefaultAddress], ClientName = "tests" }, connector, fixture.Log, fixture.Time);

        // One to connect and one for the set-up.
        TimeSpan took = await fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
        Assert.InRange(took, 2 * RoundTrip, 20 * RoundTrip);
        Assert.Equal(1, network.Traffic("client", "one").Connects);

        network.Connections[0].Cut(CutKind.Reset);
        await fixture.PassUntilAsync(() => client.State == ConnectionState.Connected && network.Traffic("client", "one").Connects == 2);

        // It says good-bye over the link, which takes its time too.
        Task disposal = client.DisposeAsync().AsTask();
        await fixture.PassUntilAsync(() => disposal.IsCompleted);
        await disposal;
    }
}
