using System.Buffers;
using System.Diagnostics;
using FastRegistry.Node.Admission;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <content>Receiving: cuts the bytes into frames, handles each, and stores when the client was last heard.</content>
internal sealed partial class ClientSession
{
    // A started frame up to this size is always waited for; larger ones only while the node has memory for them.
    private const int FrameBytesAlwaysTaken = 64 * 1024;

    // The first request of one batch in so many is timed.
    private const long TimedOneIn = 64;

    /// <summary>True for about one batch of frames in 64. One read; the counter runs anyway.</summary>
    private bool IsTimed => (Volatile.Read(ref _services.Metrics.FramesReceived) & (TimedOneIn - 1)) == 0;

    private long OutputRoom => _connection.Outbound.HighWaterMarkBytes - _connection.Outbound.QueuedBytes;

    /// <summary>A stream will call back when it has been sent. Thread-safe.</summary>
    private bool HasOpenStreams => Volatile.Read(ref _streams) is { Open: > 0 };

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
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
            if (replies.Bytes > room)
            {
                // The rest waits until the peer has read its answers. Whether it holds a started frame is seen then.
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

            if (frame.Header.Type == MessageType.Subscribe)
            {
                // It may have sent the batch up to here.
                room = OutputRoom;
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
        if (frame.Acknowledged != 0)
        {
            Acknowledge(frame.Acknowledged);
        }

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
                PingBody ping = PingBody.Read(frame.Body);
                Acknowledge(ping.AcknowledgedPush);

                if (_services.RateLimits.HasRules)
                {
                    // A rule of this point only monitors: a ping is always answered.
                    _services.RateLimits.Count(ControlPoint.HealthCheck);
                }

                replies.WritePong(new UInt64Body(ping.Token));
                return null;
            case FrameKind.Probe:
                replies.WritePong(new UInt64Body(UInt64Body.Read(frame.Body).Value));
                return null;
            case FrameKind.Pong:
                return null;
            case FrameKind.Ack:
                Acknowledge(UInt64Body.Read(frame.Body).Value);
                return null;
            case FrameKind.Credit:
                AddCredit(CreditBody.Read(frame.Body));
                return null;
            case FrameKind.Cancel:
                _requestsInWork?.Cancel(frame.Header.CorrelationId);
                return null;
            case FrameKind.GoAway:
                return CloseReason.Received(GoAwayReason.ClientClosing, "the client is leaving");
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
        _services.Metrics.RequestHandling.Record(Stopwatch.GetElapsedTime(started).Ticks / TimeSpan.TicksPerMicrosecond);
        return close;
    }

    private void CountFrames(int frames)
    {
        if (frames > 0)
        {
            Interlocked.Add(ref _services.Metrics.FramesReceived, frames);
        }
    }

    /// <summary>Everything up to this push has arrived.</summary>
    private void Acknowledge(ulong sequence)
    {
        // A number that was never given out acknowledges nothing.
        if (sequence != 0 && sequence <= _connection.Outbound.LastPushSequence)
        {
            AcknowledgeGiven(sequence);
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
