namespace FastRegistry.Client;

/// <summary>Why an operation failed. Below 1,000: said by the server, the numbers of the protocol. From 1,000: found by the client.</summary>
public enum RegistryErrorCode
{
    /// <summary>Not an error.</summary>
    None = 0,

    /// <summary>The request did not parse.</summary>
    MalformedBody = 1,

    /// <summary>A field breaks its rule; <see cref="RegistryException.Field"/> names it.</summary>
    InvalidArgument = 2,

    /// <summary>The server does not know the operation.</summary>
    UnknownOperation = 3,

    /// <summary>A correlation id was used twice.</summary>
    DuplicateCorrelation = 4,

    /// <summary>A bound of the server or of the client would be passed; the message names it.</summary>
    LimitExceeded = 5,

    /// <summary>The server has too much to do, or a rate limit is reached.</summary>
    Overloaded = 6,

    /// <summary>The server is starting, or its operator has it refuse such operations.</summary>
    Unavailable = 7,

    /// <summary>It contradicts what exists.</summary>
    Conflict = 8,

    /// <summary>The server failed, or gave a code this version does not know.</summary>
    Internal = 9,

    /// <summary>Cancelled.</summary>
    Cancelled = 10,

    /// <summary>The server cannot do it in its version.</summary>
    NotSupported = 11,

    /// <summary>The session is closing.</summary>
    SessionClosed = 12,

    /// <summary>No answer in time.</summary>
    TimedOut = 1000,

    /// <summary>There was no connection for the whole time the operation may take; nothing was sent.</summary>
    NotConnected = 1001,

    /// <summary>The connection was lost before the answer, and no other came up in time.</summary>
    ConnectionLost = 1002,

    /// <summary>The answer was not the expected message.</summary>
    MalformedReply = 1003,
}
