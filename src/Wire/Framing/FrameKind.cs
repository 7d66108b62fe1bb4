namespace FastRegistry.Wire.Framing;

/// <summary>What a frame is. A kind that is not listed ends the connection unless the frame is <see cref="FrameFlags.Skippable"/>.</summary>
public enum FrameKind : byte
{
    /// <summary>Not a kind; a frame with it is refused.</summary>
    None = 0,

    /// <summary>Asks for exactly one <see cref="Response"/> with the same correlation id.</summary>
    Request = 1,

    /// <summary>Answers a request. Answers come in any order.</summary>
    Response = 2,

    /// <summary>News for a subscription. Body: <see cref="PushPrefix"/>, then the message.</summary>
    Push = 3,

    /// <summary>Body: <see cref="AckBody"/>, cumulative for the connection.</summary>
    Ack = 4,

    /// <summary>Body: <see cref="PingBody"/>; answered by a <see cref="Pong"/> at once.</summary>
    Ping = 5,

    /// <summary>Body: <see cref="PongBody"/>; answers a ping or a probe.</summary>
    Pong = 6,

    /// <summary>The requester no longer wants the answer to this correlation id. Empty body, no answer of its own.</summary>
    Cancel = 7,

    /// <summary>The sender is about to close, and why. A stopping node still answers what was asked before; otherwise nothing follows it.</summary>
    GoAway = 8,

    /// <summary>A piece of a message that is too large for one frame. Body: <see cref="ChunkPrefix"/>, then the piece.</summary>
    Chunk = 9,

    /// <summary>Body: <see cref="CreditBody"/>; lets the other side send more of a stream.</summary>
    Credit = 10,

    /// <summary>Body: <see cref="ProbeBody"/>; "are you there?" from a node to a silent client, answered by a <see cref="Pong"/>.</summary>
    Probe = 11,
}
