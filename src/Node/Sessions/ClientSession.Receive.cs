using System.Buffers;
using System.Diagnostics;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Node.Workers;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <content>Receiving: cuts the bytes into frames, handles each, answers requests that take no time, and stores when the client was last heard.</content>
internal sealed partial class ClientSession
{
    // A started frame up to this size is always waited for; larger ones only while the node has memory for them.
    private const int FrameBytesAlwaysTaken = 64 * 1024;

    // Requests with a larger body are run by a worker: parsing them would hold up the other connections of this thread.
    private const int LargeRequestBytes = 64 * 1024;

    private const string InternalErrorText = "the node failed at what was sent; its log says why";

    // The first request of one batch in so many is timed.
    private const long TimedOneIn = 64;

    /// <summary>The number of the session: sessions are counted over the node's life.</summary>
    public long Id { get; }

    /// <summary>The client that publishes through this session. Only after set-up.</summary>
    public RegistryClient Client => _client ?? throw new InvalidOperationException("the session is not set up");

    /// <summary>The namespace of requests that leave theirs empty.</summary>
    public string DefaultNamespace => _profile.DefaultNamespace;

    public byte[] DefaultNamespaceUtf8 => _profile.DefaultNamespaceUtf8;

    /// <summary>True for about one batch of frames in 64. One read; the counter runs anyway.</summary>
    private bool IsTimed => (Volatile.Read(ref _services.Metrics.FramesReceived) & (TimedOneIn - 1)) == 0;

    /// <summary>A goaway was sent and the linger deadline runs. Thread-safe.</summary>
    private bool IsClosing => Volatile.Read(ref _closingAt) != CompactTimestamp.None;

    private long OutputRoom => _connection.Outbound.HighWaterMarkBytes - _connection.Outbound.QueuedBytes;

    /// <summary>A stream will call back when it has been sent. Thread-safe.</summary>
    private bool HasOpenStreams => Volatile.Read(ref _streams) is { Open: > 0 };

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        try
        {
            return Receive(received, replies);
        }
#pragma warning disable CA1031 // A fault of the node: the client is told so, and the connection ends with the exception in its reason.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // What was written of an answer may be cut off anywhere.
            replies.Complete();
            WriteGoAway(replies, GoAwayReason.InternalError, InternalErrorText);
            return EndWith(received, new CloseReason(CloseKind.HandlerFault, GoAwayReason.InternalError, fault.Message, fault), _services.Wheel.Now);
        }
    }

    private ReceiveResult Receive(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        ReadOnlySequence<byte> buffer = received;
        long now = _services.Wheel.Now;
        if (_stage == Stage.Preface)
        {
            PrefaceStatus preface = Preface.Check(buffer);
            if (preface != PrefaceStatus.Accepted)
            {
                return preface == PrefaceStatus.Incomplete
                    ? new ReceiveResult(received.Start, received.End)
                    : EndWith(received, WriteGoAway(replies, preface), now);
            }

            buffer = buffer.Slice(Preface.Size);
            _stage = Stage.Setup;
        }

        long room = OutputRoom;
        int frames = 0;
        bool isSample = IsTimed;
        while (true)
        {
            if (replies.Bytes > room || _connection.IsInputHeld)
            {
                // The rest waits until the peer has read its answers, or a worker is through with a large request. Whether it holds a started frame is seen then.
                NoteReceived(now, frames > 0, partialFrame: false, isWatched: true);
                CountFrames(frames);
                return new ReceiveResult(buffer.Start, buffer.Start);
            }

            int maximumBody = _stage == Stage.Ready ? WireLimits.MaximumBodyBytes : WireLimits.MaximumSetupBodyBytes;
            FrameReadStatus status = FrameReader.TryRead(ref buffer, maximumBody, out Frame frame, out GoAwayReason refusal);
            if (status == FrameReadStatus.Incomplete)
            {
                break;
            }

            frames++;
            CloseReason? close = status == FrameReadStatus.Refused
                ? WriteGoAway(replies, refusal, TextOf(refusal, maximumBody))
                : Take(frame, replies, now, isSample);
            isSample = false;
            if (close is not null)
            {
                CountFrames(frames);
                return EndWith(received, close, now);
            }

        }

        if (buffer.Length > FrameBytesAlwaysTaken && _connection.IsMemoryShort)
        {
            return EndWith(received, WriteGoAway(replies, GoAwayReason.LimitExceeded, "the memory for frames that are not complete is used up"), now);
        }

        bool isWatched = _connection.Outbound.QueuedBytes > 0 || HasOpenStreams || _subscriptions is { AwaitsAck: true };
        NoteReceived(now, frames > 0, !buffer.IsEmpty, isWatched);
        CountFrames(frames);
        return new ReceiveResult(buffer.Start, received.End);
    }

    /// <summary>Handles one frame; a reason ends the session.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="replies">Takes the answer.</param>
    /// <param name="now">Wheel time.</param>
    /// <param name="isSample">If the frame is a request, its time is measured.</param>
    private CloseReason? Take(in Frame frame, BatchWriter replies, long now, bool isSample)
    {
        FrameKind kind = frame.Header.Kind;
        if (_stage == Stage.Setup && kind is not FrameKind.GoAway)
        {
            return frame.Header is { Kind: FrameKind.Request, Type: MessageType.Setup }
                ? SetUp(frame, replies, now)
                : WriteGoAway(replies, GoAwayReason.SetupRequired, "the first frame must be the set-up request");
        }

        switch (kind)
        {
            case FrameKind.Request:
                return isSample ? TakeRequestTimed(frame, replies) : TakeRequest(frame, replies);
            case FrameKind.Ping:
                if (_services.RateLimits.HasRules)
                {
                    // A rule of this point only monitors: a ping is always answered.
                    _services.RateLimits.Count(ControlPoint.HealthCheck);
                }

                replies.WritePong(UInt64Body.Read(frame.Body));
                return null;
            case FrameKind.Probe:
                replies.WritePong(UInt64Body.Read(frame.Body));
                return null;
            case FrameKind.Pong:
                return null;
            case FrameKind.Ack:
                Acknowledge(UInt64Body.Read(frame.Body).Value);
                return null;
            case FrameKind.Credit:
                AddCredit(CreditBody.Read(frame.Body));
                return null;
            case FrameKind.StreamReset:
                Volatile.Read(ref _streams)?.Reset(StreamResetBody.Read(frame.Body));
                return null;
            case FrameKind.Cancel:
                Volatile.Read(ref _requests)?.Cancel(frame.Header.CorrelationId);
                CancelStream(FrameKind.Response, frame.Header.CorrelationId, StreamResetCode.Cancelled);
                return null;
            case FrameKind.GoAway:
                return TakeGoAway(frame.Body);
            default:
                return (frame.Header.Flags & FrameFlags.Skippable) != 0
                    ? null
                    : WriteGoAway(replies, GoAwayReason.ProtocolViolation, $"a client does not send {kind} frames");
        }
    }

    private CloseReason? TakeRequestTimed(in Frame frame, BatchWriter replies)
    {
        long started = Stopwatch.GetTimestamp();
        CloseReason? close = TakeRequest(frame, replies);
        _services.RequestHandling.Record(Stopwatch.GetElapsedTime(started).Ticks / TimeSpan.TicksPerMicrosecond);
        return close;
    }

    /// <summary>Handles one request; a reason ends the session. Receive path.</summary>
    private CloseReason? TakeRequest(in Frame frame, BatchWriter replies)
    {
        MessageType type = frame.Header.Type;
        ulong correlationId = frame.Header.CorrelationId;
        if (type == MessageType.Setup)
        {
            return WriteGoAway(replies, GoAwayReason.ProtocolViolation, "the set-up was done already");
        }

        if (Volatile.Read(ref _requests) is { } inWork && inWork.Contains(correlationId))
        {
            WriteAnswer(replies, type, correlationId, NamingAnswer.Of(RequestError.DuplicateCorrelation));
            return null;
        }

        if (frame.Body.Length > LargeRequestBytes)
        {
            if (TryRunLarge(type, correlationId, frame.Body) is { } refusal)
            {
                WriteAnswer(replies, type, correlationId, NamingAnswer.Of(refusal));
            }

            return null;
        }

        if (_services.Naming.TryRunNow(this, type, frame.Body, out NamingAnswer answer, out IMessage? message))
        {
            if (WriteAnswer(replies, type, correlationId, answer) != AnswerOutcome.NoStream)
            {
                return null;
            }

            // A large list that was encoded already: it waits for a stream as a request.
            message = NamingRequests.Parse(type, frame.Body);
        }

        if (TryQueue(type, correlationId, message) is { } error)
        {
            WriteAnswer(replies, type, correlationId, NamingAnswer.Of(error));
        }

        return null;
    }

    /// <summary>The client says why it leaves: one that has moved to another node comes to an end there.</summary>
    private static CloseReason TakeGoAway(in ReadOnlySequence<byte> body)
    {
        GoAwayReason reason = GoAwayReason.ClientClosing;
        try
        {
            reason = (GoAwayReason)GoAway.Parser.ParseFrom(body).Reason;
        }
        catch (InvalidProtocolBufferException)
        {
            // It leaves all the same.
        }

        return reason == GoAwayReason.ClientMoved
            ? CloseReason.Received(reason, "the client has moved to another node")
            : CloseReason.Received(GoAwayReason.ClientClosing, "the client is leaving");
    }

    /// <summary>Writes an answer into a batch, or starts it as a stream. Receive path or worker.</summary>
    private AnswerOutcome WriteAnswer(BatchWriter batch, MessageType type, ulong correlationId, in NamingAnswer answer)
    {
        if (answer.Error is not null)
        {
            batch.WriteMessage(FrameKind.Response, FrameFlags.Error, type, correlationId, answer.Error.ToReply());
            return AnswerOutcome.Written;
        }

        if (answer.Written is { } written)
        {
            Span<byte> frame = batch.GetSpan(FrameHeader.Size + WriteReply.MaximumBytes);
            int writtenBytes = written.Write(frame[FrameHeader.Size..]);
            new FrameHeader((uint)writtenBytes, FrameKind.Response, FrameFlags.None, type, correlationId).Write(frame);
            batch.Advance(FrameHeader.Size + writtenBytes);
            return AnswerOutcome.Written;
        }

        int bodyBytes = answer.SharedBody?.Length ?? answer.Message!.CalculateSize();
        if (bodyBytes > WireLimits.ChunkThresholdBytes)
        {
            return StreamAnswer(batch, type, correlationId, answer, bodyBytes);
        }

        if (answer.SharedBody is not null)
        {
            batch.WriteShared(FrameKind.Response, FrameFlags.None, type, correlationId, answer.SharedBody);
        }
        else
        {
            batch.WriteMessage(FrameKind.Response, FrameFlags.None, type, correlationId, answer.Message!);
        }

        return AnswerOutcome.Written;
    }

    private void CountFrames(int frames)
    {
        if (frames > 0)
        {
            Interlocked.Add(ref _services.Metrics.FramesReceived, frames);
        }
    }

    /// <summary>Stores when the client was heard, and keeps the wheel's entry at the earliest deadline.</summary>
    /// <param name="now">Wheel time.</param>
    /// <param name="wholeFrames">At least one frame was completed.</param>
    /// <param name="partialFrame">A frame has begun and is not complete.</param>
    /// <param name="isWatched">The peer has not taken or acknowledged everything: the wheel must look at its progress, so activity alone may not postpone that.</param>
    private void NoteReceived(long now, bool wholeFrames, bool partialFrame, bool isWatched)
    {
        Volatile.Write(ref _lastReceived, now);
        if (IsClosing)
        {
            // Asked to move and still served: what it says does not postpone the end.
            return;
        }

        if (partialFrame)
        {
            if (_frameStartedAt == CompactTimestamp.None || wholeFrames)
            {
                Volatile.Write(ref _frameStartedAt, CompactTimestamp.Of(now));
                if (_isServing)
                {
                    _services.Wheel.Arm(_entry, now, Milliseconds(Deadlines.StartedFrame));
                }
            }

            return;
        }

        bool hadStarted = _frameStartedAt != CompactTimestamp.None;
        Volatile.Write(ref _frameStartedAt, CompactTimestamp.None);
        if (_isServing && !hadStarted && !isWatched && Volatile.Read(ref _probedAt) == CompactTimestamp.None)
        {
            _services.Wheel.Touch(_entry, now);
        }
    }
}

/// <summary>What became of an answer.</summary>
internal enum AnswerOutcome
{
    /// <summary>It is in the batch, or under way as a stream.</summary>
    Written,

    /// <summary>It needs a stream and none is free; nothing was written.</summary>
    NoStream,
}

/// <summary>What all sessions of a node share. Created once per node; immutable.</summary>
/// <remarks>Stands beside the receive path, which reads it for every frame.</remarks>
internal sealed class SessionServices
{
    public required RegistryNodeOptions Options
    {
        get;
        init
        {
            field = value;

            // Where something shorter is due, the wheel looks at the session anyway.
            TimeSpan look = value.Deadlines.SlowConsumer < value.Deadlines.IdleProbe ? value.Deadlines.SlowConsumer : value.Deadlines.IdleProbe;
            AckLookMilliseconds = (int)Math.Min(value.Push.AckDeadline.TotalMilliseconds, look.TotalMilliseconds);
        }
    }

    public required TimingWheel Wheel { get; init; }

    public required ServiceRegistry Registry { get; init; }

    public required PushDispatcher Push { get; init; }

    public required ClientDirectory Clients { get; init; }

    public required SessionTable Sessions { get; init; }

    public required ConnectionLimits Limits { get; init; }

    /// <summary>Profiles of the clients that are set up.</summary>
    public ClientProfiles Profiles { get; } = new();

    public required NamingRequests Naming { get; init; }

    public required RequestQueue Requests { get; init; }

    public required BudgetRetry BudgetRetry { get; init; }

    public required RateLimiter RateLimits { get; init; }

    public required RegistryMetrics Metrics
    {
        get;
        init
        {
            field = value;
            RequestHandling = value.RequestHandling;
        }
    }

    /// <summary>Time from a change to its ack.</summary>
    public required PushCost PushCost { get; init; }

    public required EventHub Events { get; init; }

    public required ILogger Log { get; init; }

    public required SetupReplies SetupReplies { get; init; }

    /// <summary>That of <see cref="RegistryMetrics.RequestHandling"/>, at hand for the receive path.</summary>
    public LatencyHistogram RequestHandling { get; private init; } = null!;

    /// <summary>When the wheel looks at a session that begins to await an ack.</summary>
    public int AckLookMilliseconds { get; private init; }
}
