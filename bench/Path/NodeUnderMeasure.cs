using FastRegistry.Wire.Transport.InMemory;
using System.IO.Pipelines;
using System.Net.Sockets;
using FastRegistry.Server.Hosting;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Bench.Path;

/// <summary>A node with its defaults in this process, and streams to it. The only file that knows types of the node.</summary>
internal sealed class NodeUnderMeasure : IAsyncDisposable
{
    private readonly ServerHost _host;

    private NodeUnderMeasure(ServerHost host) => _host = host;

    public static async Task<NodeUnderMeasure> StartAsync()
    {
        ServerHost host = ServerHost.Create(
            ["--Http:Port=0", "--ClientTransport:Port=0", "--Node:Id=path", "--Deadlines:WarmUp=0", "--Deadlines:Drain=0", "--Logging:LogLevel:Default=None"]);
        await host.StartAsync();
        return new NodeUnderMeasure(host);
    }

    /// <summary>Connects over loopback, through the node's default transport.</summary>
    public (Stream Input, Stream Output) ConnectSocket()
    {
#pragma warning disable CA2000 // The stream owns it and lives as long as the process.
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
#pragma warning restore CA2000
        socket.Connect(_host.Node.ClientEndPoint!);
        NetworkStream stream = new(socket, ownsSocket: true);
        return (stream, stream);
    }

    /// <summary>Connects without a socket.</summary>
    public (Stream Input, Stream Output) ConnectMemory()
    {
        (PipeConnection connection, IDuplexPipe peer) = InMemoryTransport.CreateWithBarePeer(_host.Node.Resources);
        connection.Start(_host.Node.Acceptor.Accept(connection)!);
        return (peer.Input.AsStream(), peer.Output.AsStream());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(new CancellationToken(canceled: true));
        await _host.DisposeAsync();
    }
}
