using System.Buffers;
using System.Diagnostics;
using FastRegistry.Load.Scenarios;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Native;

/// <summary>The receive path of one connection: hands answers and pushes on, parses nothing of them, and answers probes.</summary>
/// <remarks>Owned by its <see cref="NativeConnection"/>. Entered by one thread at a time, in order, on a thread of the transport.</remarks>
internal sealed class NativeReceiver(NativeConnection connection, NativeOutput output, TargetStatistics statistics) : IConnectionHandler
{
    // Made when the first list of more than 64 KiB arrives.
    private StreamAssembler? _streams;

    // Pushes of the connection that are complete, and whether the server wants to know of one of this batch.
    private ulong _taken;
    private bool _acknowledges;

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        output.BeginBatch(replies);
        try
        {
            return Take(received, replies);
        }
        finally
        {
            output.EndBatch();
        }
    }

    public void OnDrained()
    {
        // What is outstanding bounds what waits to be sent.
    }

    public void OnClosed(CloseReason reason)
    {
        connection.Finish(StatusTexts.OfClose(reason));
        connection.Closed();
    }

    private ReceiveResult Take(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        long now = Stopwatch.GetTimestamp();
        ReadOnlySequence<byte> rest = received;
        FrameReadStatus status;
        while ((status = FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out GoAwayReason refusal)) != FrameReadStatus.Incomplete)
        {
            CloseReason? close = status == FrameReadStatus.Refused
                ? CloseReason.Sent(refusal, "a frame of the server is not valid")
                : Take(frame, replies, now);
            if (close is not null)
            {
                if (close.Kind == CloseKind.GoAwaySent)
                {
                    GoAway goAway = new() { Reason = (uint)close.GoAway, Text = close.Text };
                    replies.WriteMessage(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, goAway);
                }

                // Now and not when the server has closed too: nothing is answered any more.
                connection.Finish(StatusTexts.OfClose(close));
                return new ReceiveResult(received.End, received.End, close);
            }
        }

        statistics.CountReceived(received.Length - rest.Length);
        if (_acknowledges)
        {
            // Once per batch, however many pushes it held: an ack is cumulative.
            _acknowledges = false;
            replies.WriteAck(new UInt64Body(_taken));
        }

        return new ReceiveResult(rest.Start, received.End);
    }

    private CloseReason? Take(in Frame frame, BatchWriter replies, long now)
    {
        switch (frame.Header.Kind)
        {
            case FrameKind.Response:
            case FrameKind.Push:
                return Take(frame.Header, frame.Body, now);

            case FrameKind.Chunk:
                return TakeChunk(frame, replies, now);

            case FrameKind.StreamReset:
                _streams?.Reset(StreamResetBody.Read(frame.Body).StreamId);
                return null;

            case FrameKind.Pong:
                connection.Answered(UInt64Body.Read(frame.Body));
                return null;

            case FrameKind.Probe:
                replies.WritePong(UInt64Body.Read(frame.Body));
                statistics.CountProbe();
                return null;

            case FrameKind.GoAway:
                return TakeGoAway(frame.Body);

            default:
                // A server sends no requests, acks, credit, cancels or pings to a client; unknown kinds were allowed to be skipped.
                return null;
        }
    }

    private CloseReason? Take(in FrameHeader header, in ReadOnlySequence<byte> body, long now)
    {
        if (header.Kind == FrameKind.Push)
        {
            if (body.Length < PushPrefix.Size)
            {
                return CloseReason.Sent(GoAwayReason.MalformedFrame, "a push without its prefix");
            }

            // Also one that nobody wants: the server counts it.
            _taken++;
            _acknowledges |= (header.Flags & FrameFlags.AckNow) != 0;
            connection.Pushes?.Find(header.CorrelationId)?.Take(header.Type, body.Slice(PushPrefix.Size), now);
            return null;
        }

        bool isError = (header.Flags & FrameFlags.Error) != 0;
        if (header.Type == MessageType.Setup)
        {
            return TakeSetupReply(isError, body);
        }

        // An answer to a subscribe that says anything names what was refused.
        string? failure = isError ? StatusTexts.OfRefusal(body)
            : header.Type == MessageType.Subscribe && !body.IsEmpty ? StatusTexts.OfRefusedSubscription(body)
            : null;
        connection.Answered(header.CorrelationId, failure is null ? LoadResult.Ok(body.Length) : LoadResult.Fail(failure));
        return null;
    }

    private CloseReason? TakeSetupReply(bool isError, in ReadOnlySequence<byte> body)
    {
        if (isError)
        {
            connection.Finish(StatusTexts.OfRefusedSetup(body));
            return CloseReason.Sent(GoAwayReason.ClientClosing, "the set-up was refused");
        }

        try
        {
            if (SetupReply.Parser.ParseFrom(body).Limits is { } limits)
            {
                connection.SetUpSucceeded(limits.OutstandingRequests);
                return null;
            }

            connection.Finish(StatusTexts.OtherProtocol);
            return CloseReason.Sent(GoAwayReason.ClientClosing, "the set-up reply announces no limits");
        }
        catch (InvalidProtocolBufferException)
        {
            connection.Finish(StatusTexts.MalformedSetup);
            return CloseReason.Sent(GoAwayReason.ProtocolViolation, "the set-up reply does not parse");
        }
    }

    private CloseReason? TakeChunk(in Frame frame, BatchWriter replies, long now)
    {
        _streams ??= new StreamAssembler(StreamLimits.Default);
        StreamOutcome outcome = _streams.Add(frame, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit);
        if (credit is { } more)
        {
            replies.WriteCredit(more);
        }

        return outcome switch
        {
            StreamOutcome.Incomplete => null,
            StreamOutcome.Complete => Take(header, new ReadOnlySequence<byte>(body), now),
            _ => CloseReason.Sent(GoAwayReason.ProtocolViolation, "a chunk contradicts its stream"),
        };
    }

    private static CloseReason TakeGoAway(in ReadOnlySequence<byte> body)
    {
        try
        {
            GoAway goAway = GoAway.Parser.ParseFrom(body);
            return CloseReason.Received((GoAwayReason)goAway.Reason, goAway.Text);
        }
        catch (InvalidProtocolBufferException)
        {
            return CloseReason.Received(GoAwayReason.None, "a goaway that does not parse");
        }
    }
}
