using System.Buffers;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Client.Connecting;

/// <summary>The receive path of one session.</summary>
/// <remarks>
/// Owned by its <see cref="ServerSession"/>. Entered by one thread at a time, in order, on a thread of the transport. Never blocks and runs no user code:
/// answers complete calls whose callers go on elsewhere, lists are swapped into place and announced.
/// </remarks>
internal sealed class SessionReceiver(
    ServerSession session, PendingCallTable calls, SessionDeadlines deadlines, PushAcknowledgement acknowledgement, ISnapshotSink sink)
    : IConnectionHandler
{
    private readonly StreamAssembler _streams = new();
    private bool _ackNow;

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        deadlines.Heard();
        ReadOnlySequence<byte> rest = received;
        FrameReadStatus status;
        while ((status = FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out GoAwayReason refusal)) != FrameReadStatus.Incomplete)
        {
            CloseReason? close = status == FrameReadStatus.Refused
                ? CloseReason.Sent(refusal, "a frame of the server is not valid")
                : Handle(frame, replies);
            if (close is not null)
            {
                if (close.Kind == CloseKind.GoAwaySent)
                {
                    GoAway goAway = new() { Reason = (uint)close.GoAway, Text = close.Text };
                    replies.WriteMessage(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, goAway);
                }

                return new ReceiveResult(received.End, received.End, close);
            }
        }

        // Once per batch, however many pushes it held: the ack is cumulative.
        if (_ackNow)
        {
            _ackNow = false;
            if (acknowledgement.TryTake(out ulong taken))
            {
                replies.WriteAck(new UInt64Body(taken));
            }
        }

        return new ReceiveResult(rest.Start, received.End);
    }

    public void OnDrained()
    {
        // Requests are bounded by the table of outstanding calls; nothing waits for the output to drain.
    }

    public void OnClosed(CloseReason reason) => session.OnClosed(reason);

    private CloseReason? Handle(in Frame frame, BatchWriter replies)
    {
        switch (frame.Header.Kind)
        {
            case FrameKind.Response:
            case FrameKind.Push:
                return Take(frame.Header, frame.Body);

            case FrameKind.Chunk:
                return TakeChunk(frame, replies);

            case FrameKind.Probe:
            case FrameKind.Ping:
                // Both begin with the token that the answer repeats.
                replies.WritePong(new UInt64Body(UInt64Body.Read(frame.Body).Value));
                return null;

            case FrameKind.GoAway:
                return TakeGoAway(frame.Body);

            case FrameKind.Request:
                ErrorReply error = new() { Code = (uint)ErrorCode.UnknownOperation, Text = "a client serves no requests" };
                replies.WriteMessage(FrameKind.Response, FrameFlags.Error, frame.Header.Type, frame.Header.CorrelationId, error);
                return null;

            default:
                // A pong has done its work by arriving; ack, credit and cancel have no meaning here; unknown kinds were allowed to be skipped.
                return null;
        }
    }

    private CloseReason? Take(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        if (header.Kind == FrameKind.Response)
        {
            calls.Complete(header.CorrelationId, (header.Flags & FrameFlags.Error) != 0, body);
            return null;
        }

        if (body.Length < PushPrefix.Size)
        {
            return CloseReason.Sent(GoAwayReason.MalformedFrame, "a push without its prefix");
        }

        Span<byte> prefixBytes = stackalloc byte[PushPrefix.Size];
        FrameReader.Copy(body, prefixBytes);
        ulong sequence = PushPrefix.Read(prefixBytes).Sequence;
        if (!TryAnnounce(header, body.Slice(PushPrefix.Size)))
        {
            return CloseReason.Sent(GoAwayReason.MalformedFrame, "a push that does not parse");
        }

        acknowledgement.Note(sequence);
        if ((header.Flags & FrameFlags.AckNow) != 0)
        {
            _ackNow = true;
        }
        else
        {
            // Looked at once more when it falls due: what a frame has told meanwhile is not told again.
            deadlines.AckIsDue();
        }

        return null;
    }

    /// <summary>Hands a push over; one of an unknown type is only acknowledged.</summary>
    private bool TryAnnounce(in FrameHeader header, in ReadOnlySequence<byte> message)
    {
        try
        {
            if (header.Type == MessageType.SnapshotPush)
            {
                sink.OnPush(header.CorrelationId, Snapshot.Parser.ParseFrom(message));
            }
            else if (header.Type == MessageType.DeltaPush)
            {
                sink.OnDelta(header.CorrelationId, SnapshotDelta.Parser.ParseFrom(message));
            }

            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private CloseReason? TakeChunk(in Frame frame, BatchWriter replies)
    {
        StreamOutcome outcome = _streams.Add(frame, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit);
        if (credit is { } more)
        {
            replies.WriteCredit(more);
        }

        return outcome switch
        {
            StreamOutcome.Incomplete => null,
            StreamOutcome.Complete => Take(header, new ReadOnlySequence<byte>(body)),
            _ => CloseReason.Sent(GoAwayReason.ProtocolViolation, "a chunk contradicts its stream"),
        };
    }

    private CloseReason? TakeGoAway(in ReadOnlySequence<byte> body)
    {
        try
        {
            session.GoneAway(GoAway.Parser.ParseFrom(body));
            return null;
        }
        catch (InvalidProtocolBufferException)
        {
            return CloseReason.Received(GoAwayReason.None, "a goaway that does not parse");
        }
    }
}
