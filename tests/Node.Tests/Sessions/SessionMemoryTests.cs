using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Registry.Events;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>What an idle session keeps on the heap, over the same connection without a session.</summary>
[Collection(MeasurementsCollection.Name)]
public sealed class SessionMemoryTests
{
    // A whole number of the wheel's chunks, which are taken 1,024 entries at a time.
    private const int Sessions = 8 * 1024;

    [Fact]
    public void An_idle_session_is_at_most_380_bytes_beside_its_connection()
    {
        using NodeFixture node = new(events: new EventOptions { Kept = 0 });
        SilentHandler silent = new();
        IDuplexPipe[] peers = new IDuplexPipe[Sessions];

        // The first ones pay for code, pools and tables that grow; they stay.
        IDuplexPipe[] first = new IDuplexPipe[256];
        Connect(node, first, null);
        long bare = BytesOf(() => Connect(node, peers, silent));
        Array.ForEach(peers, static peer => peer.Output.Complete());
        node.Pump();
        Array.Clear(peers);
        long withSession = BytesOf(() => Connect(node, peers, null));
        Assert.Equal(Sessions + first.Length, node.Node.Services.Clients.Count);
        double each = (double)(withSession - bare) / Sessions;
        TestContext.Current.SendDiagnosticMessage("managed heap per idle session: {0:0} bytes beside {1:0} of its connection and pipes", each, (double)bare / Sessions);
        Assert.InRange(each, 100, 380);
        foreach (IDuplexPipe peer in (IDuplexPipe[])[.. first, .. peers])
        {
            peer.Output.Complete();
            peer.Input.Complete();
        }

        node.AssertNothingHeld();
    }

    private static long BytesOf(Action act)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        act();
        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }

    // Without a handler the node makes a session of each.
    private static void Connect(NodeFixture node, IDuplexPipe[] peers, IConnectionHandler? handler)
    {
        for (int i = 0; i < peers.Length; i++)
        {
            (PipeConnection connection, peers[i]) = InMemoryTransport.CreateWithBarePeer(node.Resources, node.Scheduler);
            connection.Start(handler ?? node.Node.Acceptor.Accept(connection)!);
            peers[i].Output.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, RawClient.NewSetup())]);
            peers[i].Output.FlushAsync().AsTask().GetAwaiter().GetResult();
            node.Pump();
            Assert.True(peers[i].Input.TryRead(out ReadResult read));
            peers[i].Input.AdvanceTo(read.Buffer.End);
            node.Pump();
        }
    }

    /// <summary>Answers anything with a pong, so that as many bytes go to and fro; one for all connections.</summary>
    private sealed class SilentHandler : IConnectionHandler
    {
        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
        {
            replies.WritePong(new UInt64Body(1));
            return new ReceiveResult(received.End, received.End);
        }

        public void OnDrained()
        {
        }

        public void OnClosed(CloseReason reason)
        {
        }
    }
}
