using System.IO.Pipelines;
using FastRegistry.Client.Configuration;
using FastRegistry.Client.Connecting;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Client.Tests;

/// <summary>Reaches servers over a simulated network, as one of its hosts. Owned by the test, like the network.</summary>
internal sealed class SimulatedServerConnector(SimulatedNetwork network, string host, PipeScheduler scheduler) : IServerConnector
{
    private readonly TransportResources _resources = new(SocketServerConnector.Limits);

    public async ValueTask<Connection> ConnectAsync(ServerAddress address, CancellationToken cancellationToken)
    {
        SimulatedEnd end = await network.ConnectAsync(host, address.Host, address.Port, cancellationToken);
        return new PipeConnection(end, _resources, scheduler, end.RemoteEndPoint) { PausesAboveHighWaterMark = false };
    }
}
