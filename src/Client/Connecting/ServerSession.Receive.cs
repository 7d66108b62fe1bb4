using System.Buffers;
using System.Collections.Immutable;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Client.Connecting;

/// <summary>Takes the lists a session receives.</summary>
internal interface ISnapshotSink
{
    /// <summary>A push arrived. Called on the receive path: never blocks, runs no user code. An unknown subscription is ignored.</summary>
    void OnPush(ulong subscriptionId, Snapshot snapshot);

    /// <summary>What changed in a list arrived. As <see cref="OnPush"/>.</summary>
    void OnDelta(ulong subscriptionId, SnapshotDelta delta);
}

/// <content>
/// The receive path. The transport enters it with one thread at a time, in order. It never blocks and runs no user code: answers complete calls whose callers
/// go on elsewhere, lists are swapped into place and announced.
/// </content>
internal sealed partial class ServerSession : IConnectionHandler
{
    private readonly StreamAssembler _streams = new();
    private bool _ackNow;

    ReceiveResult IConnectionHandler.OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        MarkReceived();
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
            if (TryTakeAcknowledgement(out ulong sequence))
            {
                replies.WriteAck(new UInt64Body(sequence));
            }
        }

        return new ReceiveResult(rest.Start, received.End);
    }

    void IConnectionHandler.OnDrained()
    {
        // Requests are bounded by the table of outstanding calls; nothing waits for the output to drain.
    }

    void IConnectionHandler.OnClosed(CloseReason reason)
    {
        Volatile.Write(ref _isClosed, 1);
        EndDeadlines();
        _calls.Close();
        _leaving.TrySetResult(new SessionEnd(GoAwayReason.None, reason.ToString(), ImmutableArray<string>.Empty));
        _closed.TrySetResult();
    }

    private CloseReason? Handle(in Frame frame, BatchWriter replies)
    {
        switch (frame.Header.Kind)
        {
            case FrameKind.Response:
            case FrameKind.Push:
                return Dispatch(frame.Header, frame.Body);

            case FrameKind.Chunk:
                return ReceiveChunk(frame, replies);

            case FrameKind.Probe:
            case FrameKind.Ping:
                // Both begin with the token that the answer repeats.
                replies.WritePong(new UInt64Body(UInt64Body.Read(frame.Body).Value));
                return null;

            case FrameKind.GoAway:
                return ReceiveGoAway(frame.Body);

            case FrameKind.Request:
                ErrorReply error = new() { Code = (uint)ErrorCode.UnknownOperation, Text = "a client serves no requests" };
                replies.WriteMessage(FrameKind.Response, FrameFlags.Error, frame.Header.Type, frame.Header.CorrelationId, error);
                return null;

            default:
                // A pong has done its work by arriving; ack, credit and cancel have no meaning here; unknown kinds were allowed to be skipped.
                return null;
        }
    }

    private CloseReason? Dispatch(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        if (header.Kind == FrameKind.Response)
        {
            _calls.Complete(header.CorrelationId, (header.Flags & FrameFlags.Error) != 0, body);
            return null;
        }

        if (body.Length < PushPrefix.Size)
        {
            return CloseReason.Sent(GoAwayReason.MalformedFrame, "a push without its prefix");
        }

        Span<byte> prefixBytes = stackalloc byte[PushPrefix.Size];
        FrameReader.Copy(body, prefixBytes);
        ulong sequence = PushPrefix.Read(prefixBytes).Sequence;
        if (!TryDeliverPush(header, body.Slice(PushPrefix.Size)))
        {
            return CloseReason.Sent(GoAwayReason.MalformedFrame, "a push that does not parse");
        }

        if (sequence > _takenPush)
        {
            Volatile.Write(ref _takenPush, sequence);
        }

        if ((header.Flags & FrameFlags.AckNow) != 0)
        {
            _ackNow = true;
        }
        else
        {
            // Checked again when it falls due: what another frame has acknowledged meanwhile is not sent again.
            ScheduleAck();
        }

        return null;
    }

    /// <summary>Hands a push to the sink; one of an unknown type is only acknowledged. False when it does not parse.</summary>
    private bool TryDeliverPush(in FrameHeader header, in ReadOnlySequence<byte> message)
    {
        try
        {
            if (header.Type == MessageType.SnapshotPush)
            {
                _sink.OnPush(header.CorrelationId, Snapshot.Parser.ParseFrom(message));
            }
            else if (header.Type == MessageType.DeltaPush)
            {
                _sink.OnDelta(header.CorrelationId, SnapshotDelta.Parser.ParseFrom(message));
            }

            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private CloseReason? ReceiveChunk(in Frame frame, BatchWriter replies)
    {
        StreamOutcome outcome = _streams.Add(frame, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit);
        if (credit is { } more)
        {
            replies.WriteCredit(more);
        }

        return outcome switch
        {
            StreamOutcome.Incomplete => null,
            StreamOutcome.Complete => Dispatch(header, new ReadOnlySequence<byte>(body)),
            _ => CloseReason.Sent(GoAwayReason.ProtocolViolation, "a chunk contradicts its stream"),
        };
    }

    private CloseReason? ReceiveGoAway(in ReadOnlySequence<byte> body)
    {
        try
        {
            GoAway goAway = GoAway.Parser.ParseFrom(body);
            SessionEnd end = new((GoAwayReason)goAway.Reason, goAway.Text, [.. goAway.Addresses]);
            if (_leaving.TrySetResult(end))
            {
                _logger.GoAwayReceived(Address, end.Reason, end.Text);
            }

            return null;
        }
        catch (InvalidProtocolBufferException)
        {
            return CloseReason.Received(GoAwayReason.None, "a goaway that does not parse");
        }
    }
}
