using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Streams;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Reads what a node sends to a client as one with limits of its own does, and holds the node to them. Instead of the client's own reading.</summary>
internal sealed class LimitedReader(NodeFixture node, RawClient client, StreamLimits limits)
{
    private readonly StreamAssembler _assembler = new(limits);
    private readonly Dictionary<uint, long> _totals = [];

    /// <summary>Messages that are complete, in the order of their ends.</summary>
    public List<ReceivedFrame> Frames { get; } = [];

    public int MostOpen { get; private set; }

    public long MostAnnounced { get; private set; }

    /// <summary>Reads until the node sends nothing more.</summary>
    public void ReadAll()
    {
        while (Receive())
        {
        }
    }

    private bool Receive()
    {
        node.Pump();
        if (!client.Input.TryRead(out ReadResult read))
        {
            return false;
        }

        List<byte> credits = [];
        ReadOnlySequence<byte> buffer = read.Buffer;
        while (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            Take(frame, credits);
        }

        client.Input.AdvanceTo(buffer.Start, read.Buffer.End);
        if (credits.Count > 0)
        {
            client.Write([.. credits]);
        }

        return !read.IsCompleted;
    }

    private void Take(in Frame frame, List<byte> credits)
    {
        if (frame.Header.Kind != FrameKind.Chunk)
        {
            Frames.Add(new ReceivedFrame(frame.Header, frame.Body.ToArray()));
            return;
        }

        byte[] chunk = frame.Body.ToArray();
        ChunkPrefix prefix = ChunkPrefix.Read(chunk);
        _totals[prefix.StreamId] = (long)prefix.TotalBytes;
        MostOpen = Math.Max(MostOpen, _totals.Count);
        MostAnnounced = Math.Max(MostAnnounced, _totals.Values.Sum());
        StreamOutcome outcome = _assembler.Add(frame, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit);
        Assert.NotEqual(StreamOutcome.Violation, outcome);
        if (outcome == StreamOutcome.Complete)
        {
            _totals.Remove(prefix.StreamId);
            Frames.Add(new ReceivedFrame(header, body.ToArray()));
        }

        if (credit is { } more)
        {
            byte[] creditBody = new byte[CreditBody.Size];
            more.Write(creditBody);
            credits.AddRange(RawClient.FrameBytes(new FrameHeader(CreditBody.Size, FrameKind.Credit, FrameFlags.None, MessageType.None, 0), creditBody));
        }
    }
}
