using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Node.Sessions;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;
using Google.Protobuf;

namespace FastRegistry.Tests;

/// <summary>The bare other end of a session's connection: writes any bytes, reads frames when asked. Used on the test's thread only.</summary>
internal sealed class RawClient(NodeFixture node, PipeConnection connection, IConnectionHandler? handler, IDuplexPipe peer)
{
    private static ulong _lastConnectionNumber;

    private readonly Queue<ReceivedFrame> _frames = new();
    private readonly StreamAssembler _assembler = new(StreamLimits.Default);
    private Task<FlushResult>? _flush;
    private ulong _lastCorrelation = 1000;

    public PipeConnection Connection { get; } = connection;

    /// <summary>For tests that read without this class, and without its allocations.</summary>
    public PipeReader Input => peer.Input;

    public ClientSession Session => (ClientSession)handler!;

    public bool IsAccepted => handler is not null;

    /// <summary>Chunks get their credit as they are read.</summary>
    public bool GivesCredit { get; set; } = true;

    /// <summary>Pushes that were complete so far: the number that an ack names.</summary>
    public ulong Pushes { get; private set; }

    /// <summary>Chunk frames read so far.</summary>
    public int Chunks { get; private set; }

    /// <summary>Streams that the server has given up.</summary>
    public int StreamResets { get; private set; }

    /// <summary>Streams that are not complete.</summary>
    public int OpenStreams => _assembler.Open;

    /// <summary>Largest chunk body read so far.</summary>
    public int LargestChunkBytes { get; private set; }

    /// <summary>The server has ended its side, seen when everything before it was read.</summary>
    public bool SeesEnd { get; private set; }

    /// <summary>The server has not taken everything that was written.</summary>
    public bool IsWriteHeldUp => _flush is { IsCompleted: false };

    /// <summary>The server takes nothing any more.</summary>
    public bool IsCutOff
    {
        get
        {
            node.Pump();
            ValueTask<FlushResult> flush = peer.Output.FlushAsync();
            return flush.IsCompletedSuccessfully && flush.Result.IsCompleted;
        }
    }

    public static byte[] NewInstanceId() => Guid.NewGuid().ToByteArray();

    /// <summary>Writes bytes and lets the server work.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        WriteWithoutPump(bytes);
        node.Pump();
    }

    public void WriteWithoutPump(ReadOnlySpan<byte> bytes)
    {
        Assert.False(IsWriteHeldUp, "the server does not read; a test that expects it must look at IsWriteHeldUp");
        peer.Output.Write(bytes);
        ValueTask<FlushResult> flush = peer.Output.FlushAsync();
        _flush = flush.IsCompletedSuccessfully ? null : flush.AsTask();
    }

    public void WriteFrame(FrameHeader header, ReadOnlySpan<byte> body = default) => Write(FrameBytes(header, body));

    public static byte[] FrameBytes(FrameHeader header, ReadOnlySpan<byte> body)
    {
        byte[] frame = new byte[FrameHeader.Size + body.Length];
        header.Write(frame);
        body.CopyTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    public static byte[] RequestBytes(MessageType type, ulong correlationId, IMessage message)
    {
        byte[] body = message.ToByteArray();
        return FrameBytes(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, type, correlationId), body);
    }

    public static byte[] PrefaceBytes()
    {
        byte[] preface = new byte[Preface.Size];
        Preface.Write(preface);
        return preface;
    }

    /// <summary>A set-up as a client would send it; each has a higher connection number than all before it.</summary>
    public static SetupRequest NewSetup(byte[]? instanceId = null) => new()
    {
        ClientName = "raw",
        ClientVersion = "test",
        ClientInstanceId = ByteString.CopyFrom(instanceId ?? NewInstanceId()),
        ConnectionNumber = Interlocked.Increment(ref _lastConnectionNumber),
    };

    public SetupReply SetUp(byte[]? instanceId = null) => SetUp(NewSetup(instanceId));

    public SetupReply SetUp(SetupRequest request)
    {
        Write([.. PrefaceBytes(), .. RequestBytes(MessageType.Setup, 1, request)]);
        return Read().Answer(SetupReply.Parser);
    }

    /// <summary>Sends a request and lets the server work; the answer is read by the caller.</summary>
    public ulong Request(MessageType type, IMessage message)
    {
        Write(RequestBytes(type, ++_lastCorrelation, message));
        return _lastCorrelation;
    }

    /// <summary>Sends a request and reads frames up to its answer; pushes on the way stay to be read.</summary>
    public ReceivedFrame Call(MessageType type, IMessage message)
    {
        ulong correlationId = Request(type, message);
        List<ReceivedFrame> others = [];
        while (true)
        {
            ReceivedFrame frame = Read();
            if (frame.Kind == FrameKind.Response && frame.CorrelationId == correlationId)
            {
                PutBack(others);
                return frame;
            }

            others.Add(frame);
        }
    }

    public void Ping(ulong token) => WriteNumber(FrameKind.Ping, token);

    /// <summary>Says that so many pushes were taken in.</summary>
    public void Acknowledge(ulong pushes) => WriteNumber(FrameKind.Ack, pushes);

    /// <summary>Takes the next push of a subscription; what was sent before it stays to be read.</summary>
    public ReceivedFrame ReadPush(ulong subscriptionId)
    {
        List<ReceivedFrame> others = [];
        while (true)
        {
            ReceivedFrame frame = Read();
            if (frame.Kind == FrameKind.Push && frame.CorrelationId == subscriptionId)
            {
                PutBack(others);
                return frame;
            }

            others.Add(frame);
        }
    }

    /// <summary>The next frame; fails when the server has sent none.</summary>
    public ReceivedFrame Read() => TryRead() ?? throw new InvalidOperationException($"nothing was sent; closed: {Connection.CloseReason}");

    /// <summary>The next frame, or null when nothing more has been sent.</summary>
    public ReceivedFrame? TryRead()
    {
        while (_frames.Count == 0 && Receive())
        {
        }

        return _frames.TryDequeue(out ReceivedFrame? frame) ? frame : null;
    }

    /// <summary>Everything sent so far.</summary>
    public List<ReceivedFrame> ReadAll()
    {
        List<ReceivedFrame> frames = [];
        while (TryRead() is { } frame)
        {
            frames.Add(frame);
        }

        return frames;
    }

    /// <summary>Reads the goaway that must be next, and the end behind it.</summary>
    public GoAway ReadGoAway(GoAwayReason reason)
    {
        GoAway goAway = Read().GoAway;
        Assert.Equal(reason, (GoAwayReason)goAway.Reason);
        return goAway;
    }

    /// <summary>Closes this side, as a peer that is done.</summary>
    public void Close()
    {
        peer.Output.Complete();
        node.Pump();
        peer.Input.Complete();
        node.Pump();
    }

    private void PutBack(List<ReceivedFrame> frames)
    {
        ReceivedFrame[] behind = [.. _frames];
        _frames.Clear();
        frames.ForEach(_frames.Enqueue);
        Array.ForEach(behind, _frames.Enqueue);
    }

    private void WriteNumber(FrameKind kind, ulong number)
    {
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(number).Write(body);
        WriteFrame(new FrameHeader(UInt64Body.Size, kind, FrameFlags.None, MessageType.None, 0), body);
    }

    private bool Receive()
    {
        node.Pump();
        if (SeesEnd || !peer.Input.TryRead(out ReadResult read))
        {
            return false;
        }

        ReadOnlySequence<byte> buffer = read.Buffer;
        bool any = false;
        while (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out GoAwayReason refusal) is var status
            && status != FrameReadStatus.Incomplete)
        {
            Assert.True(status == FrameReadStatus.Frame, $"the server sent a frame that is refused: {refusal}");
            any = true;
            Take(frame);
        }

        SeesEnd = read.IsCompleted && buffer.IsEmpty;
        peer.Input.AdvanceTo(buffer.Start, read.Buffer.End);
        node.Pump();
        return any || _frames.Count > 0;
    }

    private void Enqueue(FrameHeader header, byte[] body) =>
        _frames.Enqueue(new ReceivedFrame(header, body) { PushNumber = header.Kind == FrameKind.Push ? ++Pushes : 0 });

    private void Take(in Frame frame)
    {
        if (frame.Header.Kind == FrameKind.StreamReset)
        {
            StreamResets++;
            _assembler.Reset(StreamResetBody.Read(frame.Body).StreamId);
            return;
        }

        if (frame.Header.Kind != FrameKind.Chunk)
        {
            Enqueue(frame.Header, frame.Body.ToArray());
            return;
        }

        Chunks++;
        LargestChunkBytes = Math.Max(LargestChunkBytes, (int)frame.Header.BodyLength);
        StreamOutcome outcome = _assembler.Add(frame, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit);
        Assert.NotEqual(StreamOutcome.Violation, outcome);
        if (outcome == StreamOutcome.Complete)
        {
            Enqueue(header, body.ToArray());
        }

        if (credit is { } more && GivesCredit)
        {
            byte[] creditBody = new byte[CreditBody.Size];
            more.Write(creditBody);
            WriteWithoutPump(FrameBytes(new FrameHeader(CreditBody.Size, FrameKind.Credit, FrameFlags.None, MessageType.None, 0), creditBody));
        }
    }
}
