using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>Goaways that end a batch on the receive path, and the texts of those the framing causes.</summary>
internal static class SessionGoAway
{
    /// <summary>Writes the goaway behind the answers of the batch; the reason it returns closes the connection when they have been sent.</summary>
    public static CloseReason Write(BatchWriter replies, GoAwayReason reason, string text, IReadOnlyList<string>? addresses = null)
    {
        replies.WriteMessage(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, Message(reason, text, addresses));
        return CloseReason.Sent(reason, text);
    }

    /// <summary>The message.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="text">For people.</param>
    /// <param name="addresses">Where to go instead; null or empty = wherever else the client knows.</param>
    public static GoAway Message(GoAwayReason reason, string text, IReadOnlyList<string>? addresses)
    {
        GoAway message = new() { Reason = (uint)reason, Text = text };
        if (addresses is not null)
        {
            message.Addresses.AddRange(addresses);
        }

        return message;
    }

    /// <summary>The answer to first bytes that are not a preface this build takes.</summary>
    public static CloseReason Write(BatchWriter replies, PrefaceStatus preface) => preface == PrefaceStatus.NotOurs
        ? Write(replies, GoAwayReason.BadPreface, "this port speaks the FastRegistry framing; HTTP is served on another one")
        : Write(replies, GoAwayReason.UnsupportedVersion, $"this node speaks version {FrameHeader.CurrentVersion}");

    /// <summary>Why a header was refused.</summary>
    public static string TextOf(GoAwayReason reason, int maximumBodyBytes) => reason switch
    {
        GoAwayReason.FrameTooLarge => $"a body may have {maximumBodyBytes} bytes here",
        GoAwayReason.UnsupportedVersion => $"every frame must have version {FrameHeader.CurrentVersion}",
        GoAwayReason.UnknownKind => "the kind is unknown and the frame is not skippable",
        _ => "the body's length does not fit the frame's kind and flags",
    };
}
