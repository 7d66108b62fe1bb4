using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <content>Output beside batches and pushes: large messages as streams of chunks, probes and goaways. Thread-safe unless a member says otherwise.</content>
internal sealed partial class ClientSession
{
    /// <summary>Bytes of streams sent so far while some are open, else -1: standing still means the client gives no credit.</summary>
    private long StreamProgress => Volatile.Read(ref _streams) is { Open: > 0 } streams ? streams.SentBytes : -1;

    public void OnDrained()
    {
        if (Volatile.Read(ref _streams) is { } streams)
        {
            streams.Pump();
            NoteStreams(streams.SentBytes, restart: false);
        }

        ResyncMarked();
    }

    /// <summary>Answers with a stream, or with an error when the answer fits into none.</summary>
    private void StreamAnswer(BatchWriter batch, MessageType type, ulong correlationId, in NamingAnswer answer, int bodyBytes)
    {
        if (!_takesChunks || bodyBytes > WireLimits.MaximumStreamBytes)
        {
            string reason = _takesChunks ? "more than a stream may carry" : "and the client did not announce the capability for chunks";
            RequestError error = new(ErrorCode.LimitExceeded, "", $"the answer has {bodyBytes} bytes, {reason}");
            batch.WriteMessage(FrameKind.Response, FrameFlags.Error, type, correlationId, error.ToReply());
            return;
        }

        FrameHeader header = new((uint)bodyBytes, FrameKind.Response, FrameFlags.None, type, correlationId);
        if (!TryBeginStream(header, [], answer.SharedBody ?? answer.Message!.ToByteArray(), AfterAnswer(answer)))
        {
            batch.WriteMessage(FrameKind.Response, FrameFlags.Error, type, correlationId, RequestError.Overloaded.ToReply());
        }
    }

    private bool TryBeginStream(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> body, Action onSent)
    {
        // Before it is open: the wheel must not judge it by the time the last one stood still.
        OutboundStreams streams = EnsureStreams();
        NoteStreams(streams.SentBytes, restart: true);
        bool begun = streams.TryBegin(header, prefix, body, onSent);
        NoteStreams(streams.SentBytes, restart: false);
        return begun;
    }

    /// <summary>What is done when an answer has gone out as a stream: pushes may build on a first list from then on.</summary>
    private Action AfterAnswer(NamingAnswer answer) => answer.FirstOf is null
        ? ResyncMarked
        : () =>
        {
            answer.FirstOf.AnswerWritten(answer.Revision);
            ResyncMarked();
        };

    private OutboundStreams EnsureStreams()
    {
        OutboundStreams? streams = Volatile.Read(ref _streams);
        if (streams is null)
        {
            streams = new OutboundStreams(_connection);
            streams = Interlocked.CompareExchange(ref _streams, streams, null) ?? streams;
        }

        return streams;
    }

    /// <summary>Receive path.</summary>
    private void AddCredit(CreditBody credit)
    {
        if (Volatile.Read(ref _streams) is { } streams)
        {
            streams.AddCredit(credit);
            NoteStreams(streams.SentBytes, restart: false);
        }
    }

    private void SendProbe(long now)
    {
        Span<byte> body = stackalloc byte[UInt64Body.Size];
        new UInt64Body((ulong)now).Write(body);
        _connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Probe, FrameFlags.None, MessageType.None, 0), body);
    }

    private void SendGoAway(GoAwayReason reason, string text, IReadOnlyList<string>? addresses = null) => GoAways.Send(_connection, reason, text, addresses);

    /// <summary>Writes a goaway behind the answers of the batch; the reason it returns closes the connection when they have been sent. Receive path.</summary>
    private static CloseReason WriteGoAway(BatchWriter replies, GoAwayReason reason, string text, IReadOnlyList<string>? addresses = null)
    {
        replies.WriteMessage(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, GoAways.Create(reason, text, addresses));
        return CloseReason.Sent(reason, text);
    }

    /// <summary>The answer to first bytes that are not a preface this build takes.</summary>
    private static CloseReason WriteGoAway(BatchWriter replies, PrefaceStatus preface) => preface == PrefaceStatus.NotOurs
        ? WriteGoAway(replies, GoAwayReason.BadPreface, "this port speaks the FastRegistry framing; HTTP is served on another one")
        : WriteGoAway(replies, GoAwayReason.UnsupportedVersion, $"this node speaks version {FrameHeader.CurrentVersion}");

    /// <summary>Why a header was refused.</summary>
    private static string TextOf(GoAwayReason reason, int maximumBodyBytes) => reason switch
    {
        GoAwayReason.FrameTooLarge => $"a body may have {maximumBodyBytes} bytes here",
        GoAwayReason.UnsupportedVersion => $"every frame must have version {FrameHeader.CurrentVersion}",
        GoAwayReason.UnknownKind => "the kind is unknown and the frame is not skippable",
        _ => "the body's length does not fit the frame's kind and flags",
    };
}

/// <summary>Goaways outside a batch, of sessions and of connections that were refused one.</summary>
internal static class GoAways
{
    /// <summary>The message.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="text">For people.</param>
    /// <param name="addresses">Where to go instead; null or empty = wherever else the client knows.</param>
    public static GoAway Create(GoAwayReason reason, string text, IReadOnlyList<string>? addresses)
    {
        GoAway message = new() { Reason = (uint)reason, Text = text };
        if (addresses is not null)
        {
            message.Addresses.AddRange(addresses);
        }

        return message;
    }

    /// <summary>Sends one at once. Thread-safe.</summary>
    public static void Send(Connection connection, GoAwayReason reason, string text, IReadOnlyList<string>? addresses)
    {
        byte[] body = Create(reason, text, addresses).ToByteArray();
        connection.Send(new FrameHeader((uint)body.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), body);
    }
}
