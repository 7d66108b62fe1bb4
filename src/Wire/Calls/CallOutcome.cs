using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Wire.Calls;

/// <summary>The end of a call as a value.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Reply">The answer on <see cref="CallStatus.Replied"/>.</param>
/// <param name="Error">The error on <see cref="CallStatus.Refused"/>.</param>
public readonly record struct CallOutcome(CallStatus Status, IMessage? Reply = null, ErrorReply? Error = null);

/// <summary>How a call ended.</summary>
public enum CallStatus
{
    /// <summary>The answer arrived and parsed.</summary>
    Replied,

    /// <summary>The other side answered with an error.</summary>
    Refused,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The connection ended first; the other side may or may not have acted.</summary>
    ConnectionLost,

    /// <summary>An answer arrived that is not the expected message.</summary>
    MalformedReply,

    /// <summary>Too many calls are outstanding on this connection, or wait to be sent; nothing was sent.</summary>
    TooManyCalls,
}
