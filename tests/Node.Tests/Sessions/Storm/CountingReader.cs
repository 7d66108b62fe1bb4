using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Node.Tests.Sessions.Storm;

/// <summary>
/// A client on a simulated network that counts frames and drops lists unread: cheap enough for hundreds. It keeps to docs/protocol.md otherwise: it gives credit for
/// streams, acknowledges pushes that ask for it once per batch of frames, and answers probes.
/// </summary>
internal sealed class CountingReader
{
    private static ulong _lastConnectionNumber;

    private readonly HashSet<ulong> _listed = [];
    private readonly Dictionary<uint, long> _uncredited = [];
    private SimulatedEnd? _end;
    private ulong _lastCorrelation;
    private ulong _pushes;
    private Task? _flushing;

    /// <summary>Bytes of frames that were read, their headers included.</summary>
    public long Bytes { get; private set; }

    /// <summary>Answers other than that to the set-up.</summary>
    public int Answers { get; private set; }

    /// <summary>Lists that came whole, as a frame or as a stream.</summary>
    public int Lists { get; private set; }

    public int Deltas { get; private set; }

    public int Unchanged { get; private set; }

    public int StreamResets { get; private set; }

    /// <summary>Subscriptions that have had a push.</summary>
    public int Listed => _listed.Count;

    /// <summary>What was refused and what was ended, as text.</summary>
    public List<string> Errors { get; } = [];

    public GoAway? GoAway { get; private set; }

    /// <summary>The node has ended the connection.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Streams of which a part has come.</summary>
    public IReadOnlyCollection<uint> OpenStreams => _uncredited.Keys;

    public long StreamBytes { get; private set; }

    public SimulatedEnd End => _end!;

    /// <summary>Connects and sends set-up and what <paramref name="requests"/> adds, without waiting for an answer, as a client does that comes back.</summary>
    public async Task ConnectAsync(SimulatedNetwork network, string host, string node, int port, Action<CountingReader> requests, byte[]? instanceId = null)
    {
        _end = await network.ConnectAsync(host, node, port);
        SetupRequest setup = new()
        {
            ClientName = host,
            ClientVersion = "test",
            ClientInstanceId = ByteString.CopyFrom(instanceId ?? Guid.NewGuid().ToByteArray()),
            ConnectionNumber = ++_lastConnectionNumber,
        };
        _end.Output.Write(RawClient.PrefaceBytes());
        Request(MessageType.Setup, setup);
        requests(this);
        await ReadAllAsync();
    }

    public ulong Request(MessageType type, IMessage message)
    {
        Write(RawClient.RequestBytes(type, ++_lastCorrelation, message));
        return _lastCorrelation;
    }

    /// <summary>Subscribes to all of them, in requests of as many as one may have.</summary>
    public void Subscribe(IEnumerable<Subscription> subscriptions)
    {
        foreach (Subscription[] part in subscriptions.Chunk(WireLimits.MaximumSubscriptionsInRequest))
        {
            Request(MessageType.Subscribe, new SubscribeRequest { Subscriptions = { part } });
        }
    }

    public void Cancel(ulong correlationId) =>
        Write(RawClient.FrameBytes(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, correlationId), []));

    public void ResetStream(uint streamId, StreamResetCode code)
    {
        byte[] body = new byte[StreamResetBody.Size];
        new StreamResetBody(streamId, code).Write(body);
        WriteControl(FrameKind.StreamReset, body);
    }

    public void Close() => _end?.Close();

    private async Task ReadAllAsync()
    {
        while (true)
        {
            ReadResult read = await _end!.Input.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            bool acknowledge = false;
            while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out GoAwayReason refusal) is var status
                && status != FrameReadStatus.Incomplete)
            {
                Assert.True(status == FrameReadStatus.Frame, $"the node sent a frame that is refused: {refusal}");
                Bytes += FrameHeader.Size + frame.Header.BodyLength;
                acknowledge |= Take(frame);
            }

            if (acknowledge)
            {
                WriteNumber(FrameKind.Ack, _pushes);
            }

            _end.Input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                IsClosed = true;
                Close();
                return;
            }
        }
    }

    /// <summary>Counts a frame; true when it is to be acknowledged.</summary>
    private bool Take(in Frame frame)
    {
        switch (frame.Header.Kind)
        {
            case FrameKind.Response:
                Answer(frame.Header, frame.Body);
                return false;
            case FrameKind.Push:
                return Push(frame.Header.Type, frame.Header.Flags, frame.Header.CorrelationId, frame.Body);
            case FrameKind.Chunk:
                return Chunk(frame);
            case FrameKind.StreamReset:
                StreamResets++;
                _uncredited.Remove(StreamResetBody.Read(frame.Body).StreamId);
                return false;
            case FrameKind.Probe or FrameKind.Ping:
                WriteNumber(FrameKind.Pong, UInt64Body.Read(frame.Body).Value);
                return false;
            case FrameKind.GoAway:
                GoAway = GoAway.Parser.ParseFrom(frame.Body.ToArray());
                return false;
            default:
                Assert.Fail($"a {frame.Header.Kind} from the node");
                return false;
        }
    }

    private void Answer(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        Answers += header.Type == MessageType.Setup ? 0 : 1;
        if ((header.Flags & FrameFlags.Error) != 0)
        {
            Errors.Add($"{header.Type}: {ErrorReply.Parser.ParseFrom(body.ToArray())}");
        }
        else if (header.Type == MessageType.Subscribe)
        {
            Errors.AddRange(SubscribeReply.Parser.ParseFrom(body.ToArray()).Refused.Select(static refused => refused.ToString()));
        }
    }

    private bool Push(MessageType type, FrameFlags flags, ulong subscription, in ReadOnlySequence<byte> body)
    {
        _pushes++;
        _listed.Add(subscription);
        switch (type)
        {
            case MessageType.SnapshotPush:
                Lists++;
                break;
            case MessageType.DeltaPush:
                Deltas++;
                break;
            case MessageType.UnchangedPush:
                Unchanged++;
                break;
            default:
                Errors.Add($"{type}: {Convert.ToHexString(body.ToArray())}");
                break;
        }

        return (flags & FrameFlags.AckNow) != 0;
    }

    private bool Chunk(in Frame frame)
    {
        Span<byte> bytes = stackalloc byte[ChunkPrefix.Size];
        FrameReader.Copy(frame.Body, bytes);
        ChunkPrefix prefix = ChunkPrefix.Read(bytes);
        StreamBytes += frame.Body.Length - ChunkPrefix.Size;
        if ((frame.Header.Flags & FrameFlags.EndOfStream) == 0)
        {
            GiveCredit(prefix.StreamId, frame.Body.Length - ChunkPrefix.Size);
            return false;
        }

        _uncredited.Remove(prefix.StreamId);
        if (prefix.Kind == FrameKind.Push)
        {
            return Push(prefix.Type, prefix.Flags, frame.Header.CorrelationId, default);
        }

        Answer(new FrameHeader(0, prefix.Kind, prefix.Flags, prefix.Type, frame.Header.CorrelationId), default);
        return false;
    }

    private void GiveCredit(uint stream, long bytes)
    {
        long uncredited = _uncredited.GetValueOrDefault(stream) + bytes;
        if (uncredited >= WireLimits.InitialStreamCreditBytes / 2)
        {
            byte[] body = new byte[CreditBody.Size];
            new CreditBody(stream, (uint)uncredited).Write(body);
            WriteControl(FrameKind.Credit, body);
            uncredited = 0;
        }

        _uncredited[stream] = uncredited;
    }

    private void WriteNumber(FrameKind kind, ulong number)
    {
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(number).Write(body);
        WriteControl(kind, body);
    }

    private void WriteControl(FrameKind kind, byte[] body) =>
        Write(RawClient.FrameBytes(new FrameHeader((uint)body.Length, kind, FrameFlags.None, MessageType.None, 0), body));

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed)
        {
            return;
        }

        _end!.Output.Write(bytes);
        if (_flushing is not { IsCompleted: false })
        {
            _flushing = FlushAllAsync();
        }
    }

    /// <summary>Flushes until nothing is left: what is written while a flush waits goes with the next one.</summary>
    private async Task FlushAllAsync()
    {
        while (_end!.Output.UnflushedBytes > 0 && !(await _end.Output.FlushAsync()).IsCompleted)
        {
        }
    }
}
