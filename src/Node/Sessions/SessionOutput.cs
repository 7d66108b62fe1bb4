using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <summary>How a session says things: as a frame, or as a stream of chunks when it is large. A view of the session: nothing of its own. Any thread.</summary>
internal readonly struct SessionOutput(ClientSession session)
{
    // One in so many pushes asks for an ack at once, as a sample of the latency.
    private const ulong AckSampling = 64;

    /// <summary>The client's address as a text; null when the connection has none, or none any more.</summary>
    public string? RemoteAddress => session.Connection.RemoteEndPoint is System.Net.IPEndPoint { Address: var address } ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;

    /// <summary>A stream will call back when it is through.</summary>
    public bool HasOpenStreams => session.Streams is { Open: > 0 };

    /// <summary>Bytes of streams sent so far while some are open, else -1: standing still means the client gives no credit.</summary>
    public long StreamProgress => session.Streams is { Open: > 0 } streams ? streams.SentBytes : -1;

    /// <summary>Writes an answer into a batch, or starts it as a stream.</summary>
    /// <returns>True when the batch has the answer as a whole and as it is.</returns>
    public bool Write(BatchWriter batch, MessageType type, ulong correlationId, in NamingAnswer answer)
    {
        if (answer.Error is not null)
        {
            batch.WriteMessage(FrameKind.Response, FrameFlags.Error, type, correlationId, answer.Error.ToReply());
            return false;
        }

        if (answer.Written is { } written)
        {
            Span<byte> frame = batch.GetSpan(FrameHeader.Size + WriteReply.MaximumBytes);
            int writtenBytes = written.Write(frame[FrameHeader.Size..]);
            new FrameHeader((uint)writtenBytes, FrameKind.Response, FrameFlags.None, type, correlationId).Write(frame);
            batch.Advance(FrameHeader.Size + writtenBytes);
            return true;
        }

        int bodyBytes = answer.SharedBody?.Length ?? answer.Message!.CalculateSize();
        bool large = bodyBytes > WireLimits.ChunkThresholdBytes && (session.ChunksAllowed || bodyBytes > WireLimits.MaximumBodyBytes);
        if (!large)
        {
            if (answer.SharedBody is not null)
            {
                batch.WriteShared(FrameKind.Response, FrameFlags.None, type, correlationId, answer.SharedBody);
            }
            else
            {
                batch.WriteMessage(FrameKind.Response, FrameFlags.None, type, correlationId, answer.Message!);
            }

            return true;
        }

        if (!session.ChunksAllowed || bodyBytes > WireLimits.MaximumStreamBytes)
        {
            string reason = session.ChunksAllowed ? "more than a stream may carry" : "and the client did not announce the capability for chunks";
            RequestError error = new(ErrorCode.LimitExceeded, "", $"the answer has {bodyBytes} bytes, {reason}");
            batch.WriteMessage(FrameKind.Response, FrameFlags.Error, type, correlationId, error.ToReply());
            return false;
        }

        FrameHeader header = new((uint)bodyBytes, FrameKind.Response, FrameFlags.None, type, correlationId);
        if (!TryBegin(header, [], answer.SharedBody ?? answer.Message!.ToByteArray(), AfterAnswer(session, answer)))
        {
            batch.WriteMessage(FrameKind.Response, FrameFlags.Error, type, correlationId, RequestError.Overloaded.ToReply());
        }

        return false;
    }

    /// <summary>True when no stream may carry the list.</summary>
    public static bool IsTooLarge(in EncodedPush push) => push.Body.Length > WireLimits.MaximumStreamBytes - PushPrefix.Size;

    public bool IsReadyAfterRefusal()
    {
        if (session.Connection.Outbound.IsBudgetExceeded)
        {
            // This connection may have nothing queued that could drain; others keep the node's budget used up.
            session.Services.BudgetRetry.Later(session);
            return false;
        }

        return !session.Connection.Outbound.IsAboveHighWaterMark && !HasOpenStreams;
    }

    /// <summary>Pushes a list or a delta.</summary>
    public PushReceipt TryPush(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
    {
        if (subscription.IsStreaming)
        {
            // A small list, or a delta, would overtake the larger one that is under way.
            return new PushReceipt(AppendOutcome.AboveHighWaterMark);
        }

        byte[] body = push.Body;
        int bodyBytes = PushPrefix.Size + body.Length;
        bool asks = push.AsksForAck || IsSampled(session.Connection.Outbound.LastPushSequence);
        FrameHeader header = new((uint)bodyBytes, FrameKind.Push, asks ? FrameFlags.AckNow : FrameFlags.None, push.Type, subscription.Id);
        if (bodyBytes <= WireLimits.ChunkThresholdBytes || (!session.ChunksAllowed && bodyBytes <= WireLimits.MaximumBodyBytes))
        {
            AppendOutcome outcome = session.Connection.TryPush(header, snapshot.ChangedAtMicroseconds, body, out ulong sequence);
            return new PushReceipt(outcome, sequence, asks);
        }

        if (!session.ChunksAllowed)
        {
            session.Connection.Abort(new CloseReason(CloseKind.Aborted, GoAwayReason.MissingCapability, $"a list of {bodyBytes} bytes needs the capability for chunks"));
            return new PushReceipt(AppendOutcome.Closed);
        }

        return session.Connection.CloseReason is null ? TryStream(subscription, snapshot, header, body) : new PushReceipt(AppendOutcome.Closed);
    }

    public void AddCredit(CreditBody credit)
    {
        if (session.Streams is { } streams)
        {
            streams.AddCredit(credit);
            session.NoteStreams(streams.SentBytes, restart: false);
        }
    }

    public void Drained()
    {
        if (session.Streams is { } streams)
        {
            streams.Pump();
            session.NoteStreams(streams.SentBytes, restart: false);
        }
    }

    public void SendProbe(long now)
    {
        Span<byte> body = stackalloc byte[UInt64Body.Size];
        new UInt64Body((ulong)now).Write(body);
        session.Connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Probe, FrameFlags.None, MessageType.None, 0), body);
    }

    public void SendGoAway(GoAwayReason reason, string text, IReadOnlyList<string>? addresses = null)
    {
        byte[] body = SessionGoAway.Message(reason, text, addresses).ToByteArray();
        session.Connection.Send(new FrameHeader((uint)body.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), body);
    }

    /// <summary>A method of its own: what its callback captures would be allocated for every small push too.</summary>
    private PushReceipt TryStream(Subscription subscription, ServiceSnapshot snapshot, in FrameHeader header, byte[] body)
    {
        // One stream of pushes at a time: what changes meanwhile is resynced when it is through.
        OutboundStreams streams = session.EnsureStreams();
        if (session.Connection.Outbound.IsAboveHighWaterMark || session.Connection.Outbound.IsBudgetExceeded || streams.Open > 0)
        {
            return new PushReceipt(AppendOutcome.AboveHighWaterMark);
        }

        ulong sequence = session.Connection.Outbound.TakePushSequence();
        Span<byte> prefix = stackalloc byte[PushPrefix.Size];
        new PushPrefix(sequence, snapshot.ChangedAtMicroseconds).Write(prefix);
        subscription.IsStreaming = true;
        if (TryBegin(header, prefix, body, Streamed(session, subscription)))
        {
            return new PushReceipt(AppendOutcome.Appended, sequence, (header.Flags & FrameFlags.AckNow) != 0);
        }

        subscription.IsStreaming = false;
        return new PushReceipt(AppendOutcome.AboveHighWaterMark);
    }

    private bool TryBegin(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> body, Action onSent)
    {
        // Before it is open: the wheel must not judge it by the time the last one stood still.
        OutboundStreams streams = session.EnsureStreams();
        session.NoteStreams(streams.SentBytes, restart: true);
        bool begun = streams.TryBegin(header, prefix, body, onSent);
        session.NoteStreams(streams.SentBytes, restart: false);
        return begun;
    }

    /// <summary>What is done when an answer has gone out as a stream: pushes may build on a first list from then on.</summary>
    private static Action AfterAnswer(ClientSession session, NamingAnswer answer) => answer.FirstOf is null
        ? session.ResyncMarked
        : () =>
        {
            answer.FirstOf.AnswerWritten(answer.Revision);
            session.ResyncMarked();
        };

    private static Action Streamed(ClientSession session, Subscription subscription) => () =>
    {
        subscription.IsStreaming = false;
        session.ResyncMarked();
    };

    /// <summary>The first push asks, and of the others every 64th; not the same one on all connections, or thousands would answer together.</summary>
    private bool IsSampled(ulong pushesBefore) => pushesBefore == 0 || (pushesBefore + (ulong)session.Id) % AckSampling == 0;
}
