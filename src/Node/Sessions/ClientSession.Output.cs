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

        HandOutWaiting();
    }

    /// <summary>Answers with a stream, or with an error when no stream of this client can carry the answer.</summary>
    private AnswerOutcome StreamAnswer(BatchWriter batch, MessageType type, ulong correlationId, in NamingAnswer answer, int bodyBytes)
    {
        OutboundStreams streams = EnsureStreams();
        if (!streams.Fits(bodyBytes))
        {
            RequestError error = new(ErrorCode.LimitExceeded, "", $"the answer has {bodyBytes} bytes, more than the client's limit stream_bytes allows ({_profile.Streams.Bytes})");
            batch.WriteMessage(FrameKind.Response, FrameFlags.Error, type, correlationId, error.ToReply());
            return AnswerOutcome.Written;
        }

        FrameHeader header = new(0, FrameKind.Response, FrameFlags.None, type, correlationId);
        return TryBeginStream(header, [], answer.SharedBody ?? answer.Message!.ToByteArray(), onEnded: null) || _connection.CloseReason is not null
            ? AnswerOutcome.Written
            : AnswerOutcome.NoStream;
    }

    /// <summary>Begins a stream; false when none is free.</summary>
    /// <param name="header">Of the message; its length is ignored.</param>
    /// <param name="prefix">First bytes of its body.</param>
    /// <param name="body">The rest.</param>
    /// <param name="onEnded">Called before anything else begins: the number of the push, 0 when it was not sent to its end or is none.</param>
    private bool TryBeginStream(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> body, Action<ulong>? onEnded)
    {
        // Before it is open: the wheel must not judge it by the time the last one stood still.
        OutboundStreams streams = EnsureStreams();
        NoteStreams(streams.SentBytes, restart: true);
        bool begun = streams.TryBegin(header, prefix, body, sequence =>
        {
            onEnded?.Invoke(sequence);
            StreamEnded();
        });
        NoteStreams(streams.SentBytes, restart: false);
        return begun;
    }

    /// <summary>A stream has ended, so another one may begin: whoever found none is handed out again.</summary>
    private void StreamEnded()
    {
        if (Volatile.Read(ref _subscriptions) is { } state)
        {
            lock (state.SubscriptionLock)
            {
                if (!state.HasEnded)
                {
                    state.StreamEnds++;
                    state.IsStreamBlocked = false;
                }
            }
        }

        Volatile.Read(ref _requests)?.StreamEnded();
        HandOutWaiting();
    }

    /// <summary>What is under way as a stream is no longer wanted. Thread-safe.</summary>
    private void CancelStream(FrameKind kind, ulong correlationId, StreamResetCode code) => Volatile.Read(ref _streams)?.Cancel(kind, correlationId, code);

    private OutboundStreams EnsureStreams()
    {
        OutboundStreams? streams = Volatile.Read(ref _streams);
        if (streams is null)
        {
            streams = new OutboundStreams(_connection, _profile.Streams);
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
