using System.IO.Pipelines;
using FastRegistry.Tests;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Wire.Tests.Transport.Simulated;

/// <summary>Connections over a simulated network keep the contract of every transport, with threads of the pool on both sides.</summary>
public sealed class SimulatedTransportTests : TransportSuite
{
    private readonly List<SimulatedEnd> _ends = [];
    private readonly SimulatedNetwork _network;
    private int _ports;

    public SimulatedTransportTests() => _network = new SimulatedNetwork(new VirtualTimeProvider(), PipeScheduler.ThreadPool, Resources.Blocks);

    [Fact]
    public async Task A_reset_of_the_network_closes_both_connections_as_reset_by_the_peer()
    {
        (TestHandler server, TestHandler client) = await ConnectAsync(TestHandler.Swallow, TestHandler.Swallow);
        _network.Connections[0].Cut(CutKind.Reset);
        Eventually.True(() => server.Closed == 1 && client.Closed == 1);
        Assert.Equal((CloseKind.PeerReset, CloseKind.PeerReset), (server.Reason!.Kind, client.Reason!.Kind));
    }

    internal override async Task<(TestHandler Server, TestHandler Client)> ConnectCoreAsync(Receive server, Receive client)
    {
        (SimulatedEnd near, SimulatedEnd far) = await ConnectEndsAsync();
        return (Start(near, server), Start(far, client, isConnector: true));
    }

    internal override async Task<(TestHandler Server, BarePeer Peer)> ConnectBareCoreAsync(Receive server)
    {
        (SimulatedEnd near, SimulatedEnd far) = await ConnectEndsAsync();
        _ends.Add(far);
        return (Start(near, server), new BarePeer(
            far.Input.AsStream(leaveOpen: true), far.Output.AsStream(leaveOpen: true), () => far.Output.Complete()));
    }

    protected override void ReleasePeers() => _ends.ForEach(static end => end.Close());

    protected override ValueTask ReleaseTransportAsync()
    {
        Eventually.True(() => _network.Connections.Count == 0);
        _network.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(SimulatedEnd Server, SimulatedEnd Client)> ConnectEndsAsync()
    {
        TaskCompletionSource<SimulatedEnd> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int port = Interlocked.Increment(ref _ports);
        using SimulatedListener listener = _network.Listen("server", port, accepted.SetResult);
        SimulatedEnd client = await _network.ConnectAsync("client", "server", port, TestContext.Current.CancellationToken);
        return (await accepted.Task, client);
    }

    private TestHandler Start(SimulatedEnd end, Receive receive, bool isConnector = false)
    {
        PipeConnection connection = new(end, Resources, PipeScheduler.ThreadPool, end.RemoteEndPoint) { PausesAboveHighWaterMark = !isConnector };
        TestHandler handler = new(connection, receive);
        connection.Start(handler);
        return handler;
    }
}
