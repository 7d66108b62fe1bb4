using System.IO.Pipelines;
using FastRegistry.Tests;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Wire.Tests.Transport.InMemory;

public sealed class InMemoryTransportTests : TransportSuite
{
    private readonly List<IDuplexPipe> _peers = [];

    [Fact]
    public async Task A_pipe_that_fails_ends_the_connection_with_an_io_error()
    {
        Pipe input = new();
        Pipe output = new();
        PipeConnection connection = new(new Duplex(input.Reader, output.Writer), Resources, PipeScheduler.ThreadPool);
        TestHandler handler = new(connection, TestHandler.Swallow);
        connection.Start(handler);
        await input.Writer.CompleteAsync(new IOException("the tunnel is gone"));
        Eventually.True(() => handler.Closed == 1);
        Assert.Equal(CloseKind.IoError, handler.Reason!.Kind);
        Assert.IsType<IOException>(handler.Reason.Fault);
    }

    internal override Task<(TestHandler Server, TestHandler Client)> ConnectCoreAsync(Receive server, Receive client)
    {
        (PipeConnection first, PipeConnection second) = InMemoryTransport.CreatePair(Resources);
        TestHandler serverHandler = new(first, server);
        TestHandler clientHandler = new(second, client);
        first.Start(serverHandler);
        second.Start(clientHandler);
        return Task.FromResult((serverHandler, clientHandler));
    }

    internal override Task<(TestHandler Server, BarePeer Peer)> ConnectBareCoreAsync(Receive server)
    {
        (PipeConnection connection, IDuplexPipe peer) = InMemoryTransport.CreateWithBarePeer(Resources);
        TestHandler handler = new(connection, server);
        connection.Start(handler);
        _peers.Add(peer);
        return Task.FromResult((handler, new BarePeer(
            peer.Input.AsStream(leaveOpen: true), peer.Output.AsStream(leaveOpen: true), () => peer.Output.Complete())));
    }

    // The bare end holds blocks of what it has not read; a peer that is gone does not.
    protected override void ReleasePeers()
    {
        foreach (IDuplexPipe peer in _peers)
        {
            peer.Input.Complete();
            peer.Output.Complete();
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
