using System.Buffers;
using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>What every transport over TCP must do.</summary>
public abstract class TcpTransportSuite : TransportSuite
{
    [Fact]
    public async Task A_reset_is_told_from_a_close()
    {
        (TestHandler server, Socket peer) = await ConnectRawAsync(TestHandler.Swallow);
        peer.LingerState = new LingerOption(true, 0);
        peer.Close();
        Eventually.True(() => server.Closed == 1);
        Assert.Equal(CloseKind.PeerReset, server.Reason!.Kind);
    }

    [Fact]
    public async Task An_abort_amid_output_is_a_reset_and_leaves_nothing_in_the_kernel()
    {
        (TestHandler server, Socket peer) = await ConnectRawAsync(TestHandler.Swallow);
        Send(server.Connection, new byte[16 * 1024 * 1024]);
        Eventually.True(() => server.Stalled > 0);
        server.Connection.Abort(CloseReason.Aborted);
        Eventually.True(() => server.Closed == 1);

        // Closed in order, the peer would first get what the kernel holds, and then an end that looks like one.
        byte[] buffer = new byte[64 * 1024];
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await peer.ReceiveAsync(buffer, TestContext.Current.CancellationToken) > 0)
            {
            }

            Assert.Fail("the end looks like one");
        });
        peer.Dispose();
    }

    [Fact]
    public async Task An_idle_connection_holds_no_block()
    {
        (_, TestHandler client) = await ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
        for (int i = 1; i <= 3; i++)
        {
            Send(client.Connection, new byte[5_000]);
            Eventually.True(() => client.ReceivedBytes == 5_000 * i);
            Eventually.True(() => Resources.Blocks.Rented == 0);
        }
    }

    [Fact]
    [ProtocolRule("C-28")]
    public async Task A_peer_that_never_stops_sending_after_the_goaway_is_cut_off()
    {
        (TestHandler server, Socket peer) = await ConnectRawAsync(
            (TestHandler _, in ReadOnlySequence<byte> received, BatchWriter replies) =>
            {
                replies.AppendShared(new byte[] { 42 });
                return new ReceiveResult(received.End, received.End, CloseReason.Aborted);
            });
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true)
            {
                await peer.SendAsync(new byte[64 * 1024], TestContext.Current.CancellationToken);
            }
        });
        Eventually.True(() => server.Closed == 1);
        peer.Dispose();
    }

    [Fact]
    public async Task A_shared_body_that_is_no_array_goes_out_in_its_place()
    {
        using NativeMemory native = new(64);
        (TestHandler from, TestHandler to) = await ConnectAsync(TestHandler.Swallow, TestHandler.Collect);
        BatchWriter batch = from.Connection.RentBatch();
        batch.Write("front"u8);
        batch.AppendShared(native.Memory);
        batch.AppendShared("back"u8.ToArray());
        from.Connection.SendBatch(batch);
        from.Connection.ReturnBatch(batch);
        Eventually.True(() => to.ReceivedBytes == 5 + 64 + 4);
        Assert.Equal([.. "front"u8, .. native.Memory.Span, .. "back"u8], to.Collected);
    }

    internal abstract Task<(TestHandler Server, Socket Peer)> ConnectRawCoreAsync(Receive server);

    internal override async Task<(TestHandler Server, BarePeer Peer)> ConnectBareCoreAsync(Receive server)
    {
        (TestHandler handler, Socket peer) = await ConnectRawCoreAsync(server);
        NetworkStream stream = new(peer, ownsSocket: true);
        return (handler, new BarePeer(stream, stream, stream.Dispose));
    }

    internal async Task<(TestHandler Server, Socket Peer)> ConnectRawAsync(Receive server)
    {
        Socket? raw = null;
        TestHandler handler = await TrackAsync(async () =>
        {
            (TestHandler made, raw) = await ConnectRawCoreAsync(server);
            return made;
        });
        return (handler, raw!);
    }

    /// <summary>Memory that no array stands behind.</summary>
    private sealed unsafe class NativeMemory : MemoryManager<byte>
    {
        private readonly byte* _start;
        private readonly int _length;

        public NativeMemory(int length)
        {
            _start = (byte*)System.Runtime.InteropServices.NativeMemory.Alloc((nuint)length);
            _length = length;
            for (int i = 0; i < length; i++)
            {
                _start[i] = (byte)i;
            }
        }

        public override Span<byte> GetSpan() => new(_start, _length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing) => System.Runtime.InteropServices.NativeMemory.Free(_start);
    }
}
