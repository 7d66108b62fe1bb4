using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport.InMemory;
using Google.Protobuf;

namespace FastRegistry.Load.Tests.Targets.Harness;

/// <summary>The server's end of a connection, played by the test. What it writes is handled by the client before the write returns, on the test's thread.</summary>
internal sealed class ScriptedPeer
{
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly CountingPipeWriter _clientOutput;
    private bool _prefaceRead;

    public ScriptedPeer()
    {
        TransportResources resources = new();
        PipeOptions options = new(resources.Blocks, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);
        Pipe toServer = new(options);
        Pipe toClient = new(options);
        _input = toServer.Reader;
        _output = toClient.Writer;
        _clientOutput = new CountingPipeWriter(toServer.Writer);
        Transport = new PipeConnection(new DuplexPipe(toClient.Reader, _clientOutput), resources, PipeScheduler.Inline);
        Client = new NativeConnection(Transport, Statistics);
    }

    public TargetStatistics Statistics { get; } = new();

    public PipeConnection Transport { get; }

    public NativeConnection Client { get; }

    /// <summary>How often the client has sent.</summary>
    public int Sends => _clientOutput.Flushes;

    /// <summary>A client that is set up.</summary>
    /// <param name="limits">What the server announces; null = the defaults.</param>
    public static async Task<ScriptedPeer> ConnectAsync(Wire.Messages.Limits? limits = null)
    {
        ScriptedPeer peer = new();
        Task setUp = peer.Client.SetUpAsync(new NativeIdentity(), TestContext.Current.CancellationToken);
        ReceivedFrame request = Assert.Single(peer.Read());
        Assert.Equal(MessageType.Setup, request.Header.Type);
        peer.Answer(request, new SetupReply { Limits = limits ?? new Wire.Messages.Limits() }.ToByteArray());
        await setUp;
        return peer;
    }

    /// <summary>The result of something that must be over by now: nothing here happens by itself later.</summary>
    public static LoadResult Completed(ValueTask<LoadResult> answer)
    {
        Assert.True(answer.IsCompleted, "still waiting");
        return answer.GetAwaiter().GetResult();
    }

    public static byte[] Frame(FrameHeader header, params byte[] body)
    {
        byte[] frame = new byte[FrameHeader.Size + body.Length];
        (header with { BodyLength = (uint)body.Length }).Write(frame);
        body.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    public static byte[] AnswerTo(ReceivedFrame request, params byte[] body) =>
        Frame(new FrameHeader(0, FrameKind.Response, FrameFlags.None, request.Header.Type, request.Header.CorrelationId), body);

    public static byte[] ErrorTo(ReceivedFrame request, ErrorCode code) => Frame(
        new FrameHeader(0, FrameKind.Response, FrameFlags.Error, request.Header.Type, request.Header.CorrelationId),
        new ErrorReply { Code = (uint)code, Text = "no" }.ToByteArray());

    public static byte[] Push(ulong subscription, FrameFlags flags, params byte[] list) => Push(MessageType.SnapshotPush, subscription, flags, list);

    public static byte[] Push(MessageType type, ulong subscription, FrameFlags flags, params byte[] message) =>
        Frame(new FrameHeader(0, FrameKind.Push, flags, type, subscription), [.. new byte[PushPrefix.Size], .. message]);

    /// <summary>One of the pieces of a push that travels as a stream.</summary>
    public static byte[] Chunk(uint stream, ulong subscription, FrameFlags flags, int totalBytes, params byte[] piece)
    {
        byte[] body = new byte[ChunkPrefix.Size + piece.Length];
        new ChunkPrefix(stream, FrameKind.Push, FrameFlags.AckNow, MessageType.SnapshotPush, (ulong)totalBytes).Write(body);
        piece.CopyTo(body, ChunkPrefix.Size);
        return Frame(new FrameHeader(0, FrameKind.Chunk, flags, MessageType.None, subscription), body);
    }

    /// <summary>Everything the client has sent since the last time.</summary>
    public List<ReceivedFrame> Read()
    {
        List<ReceivedFrame> frames = [];
        if (!_input.TryRead(out ReadResult read))
        {
            return frames;
        }

        ReadOnlySequence<byte> rest = read.Buffer;
        if (!_prefaceRead)
        {
            _prefaceRead = true;
            rest = rest.Slice(Preface.Size);
        }

        while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            frames.Add(new ReceivedFrame(frame.Header, frame.Body.ToArray()));
        }

        Assert.True(rest.IsEmpty, "the client has sent half a frame");
        _input.AdvanceTo(read.Buffer.End);
        return frames;
    }

    /// <summary>Writes frames that arrive as one batch.</summary>
    public void Write(params byte[][] frames)
    {
        foreach (byte[] frame in frames)
        {
            _output.Write(frame);
        }

        Flush();
    }

    public void Answer(ReceivedFrame request, params byte[] body) => Write(AnswerTo(request, body));

    /// <summary>Answers what has come, frame by frame in one batch, without allocating: request with the same body, ping with pong.</summary>
    public void Echo()
    {
        if (!_input.TryRead(out ReadResult read))
        {
            throw new InvalidOperationException("the client has sent nothing");
        }

        ReadOnlySequence<byte> rest = read.Buffer;
        while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            bool isPing = frame.Header.Kind == FrameKind.Ping;
            int bytes = isPing ? UInt64Body.Size : (int)frame.Body.Length;
            Span<byte> answer = _output.GetSpan(FrameHeader.Size + bytes);
            (frame.Header with { BodyLength = (uint)bytes, Kind = isPing ? FrameKind.Pong : FrameKind.Response }).Write(answer);
            frame.Body.Slice(0, bytes).CopyTo(answer[FrameHeader.Size..]);
            _output.Advance(FrameHeader.Size + bytes);
        }

        _input.AdvanceTo(read.Buffer.End);
        Flush();
    }

    /// <summary>Closes the connection without a word.</summary>
    public void Close() => _output.Complete();

    private void Flush()
    {
        ValueTask<FlushResult> flush = _output.FlushAsync();
        Assert.True(flush.IsCompletedSuccessfully, "the pipe has no pause threshold");
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
