using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Tests.Transport;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>A chunk or a stream reset, as the peer got it.</summary>
internal sealed record StreamFrame(uint StreamId, ulong Correlation, ChunkPrefix? Chunk, byte[] Piece, bool Last, StreamResetBody? Reset);

/// <summary>The sending end of streams and the bare peer that reads them, on one thread: what goes out when.</summary>
/// <remarks>The peer has next to no buffer: what it has not read waits in the chain.</remarks>
internal sealed class StreamPeer : IDisposable
{
    private readonly IDuplexPipe _peer;
    private readonly PumpedScheduler _pump = new();

    public StreamPeer(TransportResources resources, StreamLimits limits)
    {
        Resources = resources;
        (Connection, _peer) = InMemoryTransport.CreateWithBarePeer(resources, _pump, capacityBytes: 2);
        Streams = new OutboundStreams(Connection, limits);
        Connection.Start(new TestHandler(Connection, TestHandler.Swallow) { WhenDrained = Streams.Pump, WhenClosed = Streams.Close });
        _pump.RunAll();
    }

    public TransportResources Resources { get; }

    public PipeConnection Connection { get; }

    public OutboundStreams Streams { get; }

    /// <summary>Chunks and resets in their order.</summary>
    public List<StreamFrame> Received { get; } = [];

    public IEnumerable<StreamFrame> Chunks => Received.Where(frame => frame.Chunk is not null);

    public int ReceivedBytes => Chunks.Sum(chunk => chunk.Piece.Length);

    /// <summary>Sees every frame, in place of <see cref="Received"/>.</summary>
    public Action<StreamFrame>? OnFrame { get; set; }

    public static FrameHeader Response(ulong request) => new(0, FrameKind.Response, FrameFlags.None, MessageType.Query, request);

    public static FrameHeader Push(ulong subscription) => new(0, FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, subscription);

    /// <summary>Fills the output above its mark, so that no stream may send until the peer has read.</summary>
    public void MakeBehind()
    {
        byte[] body = new byte[80_000];
        Connection.Send(new FrameHeader((uint)body.Length, FrameKind.Response, FrameFlags.None, MessageType.Query, 1), [], body);
        Assert.True(Connection.Outbound.IsAboveHighWaterMark);
    }

    public void ReadAll()
    {
        while (ReadOnce())
        {
        }
    }

    /// <summary>Takes what the pipe holds; false when nothing came.</summary>
    public bool ReadOnce()
    {
        _pump.RunAll();
        if (!_peer.Input.TryRead(out ReadResult read))
        {
            return false;
        }

        ReadOnlySequence<byte> rest = read.Buffer;
        while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            Take(frame);
        }

        _peer.Input.AdvanceTo(rest.Start, rest.End);
        _pump.RunAll();
        return true;
    }

    /// <summary>Reads everything and looks at nothing.</summary>
    public void DiscardAll()
    {
        _pump.RunAll();
        while (_peer.Input.TryRead(out ReadResult read))
        {
            _peer.Input.AdvanceTo(read.Buffer.End);
            _pump.RunAll();
        }
    }

    public void Abort()
    {
        Connection.Abort(CloseReason.Aborted);
        _pump.RunAll();
    }

    public void Dispose()
    {
        Connection.Abort(CloseReason.Aborted);
        _peer.Input.Complete();
        _peer.Output.Complete();
        _pump.RunAll();
        Assert.Equal(0, Streams.Open);
    }

    private void Take(in Frame frame)
    {
        StreamFrame taken;
        if (frame.Header.Kind == FrameKind.StreamReset)
        {
            StreamResetBody reset = StreamResetBody.Read(frame.Body);
            taken = new StreamFrame(reset.StreamId, 0, null, [], false, reset);
        }
        else if (frame.Header.Kind == FrameKind.Chunk)
        {
            byte[] body = frame.Body.ToArray();
            ChunkPrefix prefix = ChunkPrefix.Read(body);
            bool last = (frame.Header.Flags & FrameFlags.EndOfStream) != 0;
            taken = new StreamFrame(prefix.StreamId, frame.Header.CorrelationId, prefix, body[ChunkPrefix.Size..], last, null);
        }
        else
        {
            return;
        }

        if (OnFrame is { } observe)
        {
            observe(taken);
        }
        else
        {
            Received.Add(taken);
        }
    }
}
