using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Wire.Calls;

/// <summary>The end of a call as a value.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Reply">The answer on <see cref="CallStatus.Replied"/>.</param>
/// <param name="Error">The error on <see cref="CallStatus.Refused"/>.</param>
public readonly record struct CallOutcome(CallStatus Status, IMessage? Reply = null, ErrorReply? Error = null);
