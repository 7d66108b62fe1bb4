using System.Buffers;
using System.Collections.Immutable;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Client.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Client.Connecting;

/// <summary>Takes what a session is pushed. Called on the receive path: never blocks, runs no user code. An unknown subscription is ignored.</summary>
internal interface IPushSink
{
    /// <summary>A whole list arrived.</summary>
    /// <param name="subscriptionId">The subscription.</param>
    /// <param name="snapshot">The list.</param>
    /// <param name="digests">One number per instance, in their order; null = not known.</param>
    void OnList(ulong subscriptionId, Snapshot snapshot, ulong[]? digests);

    /// <summary>What changed in a list arrived.</summary>
    /// <param name="subscriptionId">The subscription.</param>
    /// <param name="delta">The changes.</param>
    /// <param name="digests">One number per upserted instance, in their order; null = not known.</param>
    void OnDelta(ulong subscriptionId, SnapshotDelta delta, ulong[]? digests);

    /// <summary>The list that the client has is the list of another version.</summary>
    void OnUnchanged(ulong subscriptionId, SnapshotUnchanged unchanged);

    /// <summary>The server has ended a subscription.</summary>
    void OnEnded(ulong subscriptionId, ErrorReply error);

    /// <summary>The server has given a push up that was arriving in pieces.</summary>
    void OnPushReset(ulong subscriptionId);
}

/// <content>
/// The receive path. The transport enters it with one thread at a time, in order. It never blocks and runs no user code: answers complete calls whose callers
/// go on elsewhere, lists are swapped into place and announced.
/// </content>
internal sealed partial class ServerSession : IConnectionHandler
{
    private readonly StreamAssembler _streams = new(StreamLimits.Default);

    // Pushes taken in so far. They have no number on the wire: both sides count them as they become complete.
    private ulong _takenPushes;
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

        // Once per batch, however many of its pushes asked: the ack is cumulative.
        if (_ackNow)
        {
            _ackNow = false;
            replies.WriteAck(new UInt64Body(_takenPushes));
        }

        return new ReceiveResult(rest.Start, received.End);
    }

    void IConnectionHandler.OnDrained()
    {
        // Requests are bounded by the table of outstanding calls; nothing waits for the output to drain.
    }

    void IConnectionHandler.OnClosed(CloseReason reason) => End(reason);

    private void End(CloseReason reason)
    {
        _isEnding = true;
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
                replies.WritePong(UInt64Body.Read(frame.Body));
                return null;

            case FrameKind.StreamReset:
                ReceiveStreamReset(StreamResetBody.Read(frame.Body));
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

        if (!TryDeliverPush(header, body.Slice(PushPrefix.Size)))
        {
            return CloseReason.Sent(GoAwayReason.MalformedFrame, "a push that does not parse");
        }

        return Count(header);
    }

    /// <summary>Counts a push that is complete. The server counts one that was given up here after its last chunk had been sent, so it counts here too.</summary>
    private CloseReason? Count(in FrameHeader header)
    {
        if (header.Kind == FrameKind.Push)
        {
            _takenPushes++;
            _ackNow |= (header.Flags & FrameFlags.AckNow) != 0;
        }

        return null;
    }

    /// <summary>Hands a push to the sink; one of an unknown type only counts. False when it does not parse.</summary>
    private bool TryDeliverPush(in FrameHeader header, in ReadOnlySequence<byte> message)
    {
        ulong id = header.CorrelationId;
        try
        {
            switch (header.Type)
            {
                case MessageType.SnapshotPush:
                    Snapshot snapshot = Snapshot.Parser.ParseFrom(message);
                    _sink.OnList(id, snapshot, InstanceDigests.Read(message, Snapshot.InstancesFieldNumber, snapshot.Instances.Count));
                    break;

                case MessageType.DeltaPush:
                    SnapshotDelta delta = SnapshotDelta.Parser.ParseFrom(message);
                    _sink.OnDelta(id, delta, InstanceDigests.Read(message, SnapshotDelta.UpsertedFieldNumber, delta.Upserted.Count));
                    break;

                case MessageType.UnchangedPush:
                    _sink.OnUnchanged(id, SnapshotUnchanged.Parser.ParseFrom(message));
                    break;

                case MessageType.EndedPush:
                    _sink.OnEnded(id, SubscriptionEnded.Parser.ParseFrom(message).Error ?? new ErrorReply { Code = (uint)ErrorCode.Internal });
                    break;

                case MessageType.NodeInfoPush:
                    NodeInfo info = NodeInfo.Parser.ParseFrom(message);
                    Learn(info.SeesMajority, info.ClientAddresses);
                    break;
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

        // Before the answer is complete every piece is progress: a long answer on a slow line is not a lost one.
        if (outcome == StreamOutcome.Incomplete)
        {
            _calls.Progress(frame.Header.CorrelationId);
        }

        return outcome switch
        {
            StreamOutcome.Incomplete => null,
            StreamOutcome.Complete => Dispatch(header, new ReadOnlySequence<byte>(body)),
            StreamOutcome.Dropped => Count(header),
            _ => CloseReason.Sent(GoAwayReason.ProtocolViolation, "a chunk contradicts its stream"),
        };
    }

    private void ReceiveStreamReset(StreamResetBody reset)
    {
        if (!_streams.Reset(reset.StreamId, out FrameKind kind, out ulong correlationId))
        {
            return;
        }

        if (kind == FrameKind.Push)
        {
            _sink.OnPushReset(correlationId);
            return;
        }

        ErrorReply error = new() { Code = (uint)ErrorCode.Internal, Text = "the server gave up the answer while sending it", Retryable = true };
        _calls.Complete(correlationId, isError: true, new ReadOnlySequence<byte>(error.ToByteArray()));
    }

    private CloseReason? ReceiveGoAway(in ReadOnlySequence<byte> body)
    {
        try
        {
            GoAway goAway = GoAway.Parser.ParseFrom(body);
            SessionEnd end = new((GoAwayReason)goAway.Reason, goAway.Text, [.. goAway.Addresses]);
            _wantsClientElsewhere |= end.PointsElsewhere;
            _isEnding |= !end.PointsElsewhere;
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
