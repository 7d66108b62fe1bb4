namespace FastRegistry.Wire.Framing;

/// <summary>Which message a request, response or push holds. An answer repeats the type of its request.</summary>
public enum MessageType : byte
{
    /// <summary>No message: ping, pong, ack, cancel, credit, probe, goaway, chunk, stream reset.</summary>
    None = 0,

    /// <summary><c>SetupRequest</c> → <c>SetupReply</c>.</summary>
    Setup = 1,

    /// <summary><c>RegisterRequest</c> → <c>RegisterReply</c>.</summary>
    Register = 2,

    /// <summary><c>DeregisterRequest</c> → <c>DeregisterReply</c>.</summary>
    Deregister = 3,

    /// <summary><c>BatchRegisterRequest</c> → <c>RegisterReply</c>.</summary>
    BatchRegister = 4,

    /// <summary><c>QueryRequest</c> → <c>Snapshot</c>.</summary>
    Query = 5,

    /// <summary><c>ListServicesRequest</c> → <c>ListServicesReply</c>.</summary>
    ListServices = 6,

    /// <summary><c>SubscribeRequest</c> → <c>SubscribeReply</c>; the lists follow as pushes.</summary>
    Subscribe = 7,

    /// <summary><c>UnsubscribeRequest</c> → <c>UnsubscribeReply</c>.</summary>
    Unsubscribe = 8,

    /// <summary><c>AuthenticateRequest</c> → <c>AuthenticateReply</c>. Reserved: this version answers with <see cref="ErrorCode.NotSupported"/>.</summary>
    Authenticate = 9,

    /// <summary>Push of a whole <c>Snapshot</c>.</summary>
    SnapshotPush = 32,

    /// <summary>Push of a <c>SnapshotDelta</c> on the list written last.</summary>
    DeltaPush = 33,

    /// <summary>Push of a <c>SnapshotUnchanged</c>: the client's list is the list of this version.</summary>
    UnchangedPush = 34,

    /// <summary>Push of a <c>SubscriptionEnded</c>: the subscription is over.</summary>
    EndedPush = 35,

    /// <summary>Push of a <c>NodeInfo</c>, with subscription id 0.</summary>
    NodeInfoPush = 36,
}
