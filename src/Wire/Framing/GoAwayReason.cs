namespace FastRegistry.Wire.Framing;

/// <summary>Why a connection is being ended. The numbers are part of the protocol.</summary>
public enum GoAwayReason
{
    /// <summary>Not a reason.</summary>
    None = 0,

    /// <summary>The first bytes were not the preface.</summary>
    BadPreface = 1,

    /// <summary>A version this side does not speak, in the preface or in a header.</summary>
    UnsupportedVersion = 2,

    /// <summary>A body longer than the limit (negative lengths included).</summary>
    FrameTooLarge = 3,

    /// <summary>A kind this side does not know, without the skippable flag.</summary>
    UnknownKind = 4,

    /// <summary>A fixed body of the wrong size, or a frame that makes no sense here.</summary>
    MalformedFrame = 5,

    /// <summary>A request before the set-up.</summary>
    SetupRequired = 6,

    /// <summary>A frame the protocol does not allow at this point, such as a second set-up.</summary>
    ProtocolViolation = 7,

    /// <summary>A required capability is missing on the other side.</summary>
    MissingCapability = 8,

    /// <summary>Preface and set-up did not come in time.</summary>
    SetupTimeout = 9,

    /// <summary>A frame was started and not finished in time.</summary>
    FrameTimeout = 10,

    /// <summary>Silence, and the probe was not answered.</summary>
    IdleTimeout = 11,

    /// <summary>The peer does not read what it is sent.</summary>
    SlowConsumer = 12,

    /// <summary>The same client instance id has a connection with a higher number.</summary>
    Superseded = 13,

    /// <summary>A limit of this node is reached; the text names it.</summary>
    LimitExceeded = 14,

    /// <summary>This node is stopping.</summary>
    Stopping = 15,

    /// <summary>This side failed; the text says what is safe to say.</summary>
    InternalError = 16,

    /// <summary>Move to one of the given addresses; nothing is wrong.</summary>
    Move = 17,

    /// <summary>This node lost sight of the majority of its cluster; go to one of the given addresses.</summary>
    NoMajority = 18,

    /// <summary>The client closes in good order; what it registered may go at once.</summary>
    ClientClosing = 19,

    /// <summary>Reserved for authentication: the credentials were not renewed in time, or were revoked. Not sent by this version.</summary>
    Unauthenticated = 20,

    /// <summary>The client has a newer connection to another node; what it registered stays until that node is heard of.</summary>
    ClientMoved = 21,
}
