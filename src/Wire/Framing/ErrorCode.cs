namespace FastRegistry.Wire.Framing;

/// <summary>Why a request failed. The numbers are part of the protocol; an unknown number is treated like <see cref="Internal"/>.</summary>
public enum ErrorCode
{
    /// <summary>Not an error.</summary>
    None = 0,

    /// <summary>The body does not parse as the message its type names.</summary>
    MalformedBody = 1,

    /// <summary>A field breaks its rule; field and rule are named.</summary>
    InvalidArgument = 2,

    /// <summary>This node does not know the request's type.</summary>
    UnknownOperation = 3,

    /// <summary>The correlation id belongs to a request that is still being worked on; that one goes on.</summary>
    DuplicateCorrelation = 4,

    /// <summary>A bound would be passed; the text names it.</summary>
    LimitExceeded = 5,

    /// <summary>The node has too much to do, or a rate limit is reached; try again after the given time.</summary>
    Overloaded = 6,

    /// <summary>The node's status refuses it: the node is starting, or its operator has said so; status and operation are named.</summary>
    Unavailable = 7,

    /// <summary>It contradicts what exists, for example a persistent instance in an ephemeral service.</summary>
    Conflict = 8,

    /// <summary>The handler failed. The node logged it.</summary>
    Internal = 9,

    /// <summary>Cancelled by the requester.</summary>
    Cancelled = 10,

    /// <summary>The part of the product that would serve it does not exist in this version.</summary>
    NotSupported = 11,

    /// <summary>The session was superseded or is closing; register again on the new one.</summary>
    SessionClosed = 12,

    /// <summary>Reserved for authentication: the credentials are missing, wrong or have expired. Not sent by this version.</summary>
    Unauthenticated = 13,

    /// <summary>Reserved for authentication: the user lacks a right, which the text names. Not sent by this version.</summary>
    Forbidden = 14,
}
