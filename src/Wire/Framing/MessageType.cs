namespace FastRegistry.Wire.Framing;

/// <summary>Which message a request, response or push holds. An answer repeats the type of its request.</summary>
public enum MessageType : byte
{
    /// <summary>No message: ping, pong, ack, cancel, credit, probe, goaway, chunk.</summary>
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

    /// <summary><c>SubscribeRequest</c> → <c>Snapshot</c>.</summary>
    Subscribe = 7,

    /// <summary><c>UnsubscribeRequest</c> → <c>UnsubscribeReply</c>.</summary>
    Unsubscribe = 8,

    /// <summary>Push of a whole <c>Snapshot</c>.</summary>
    SnapshotPush = 32,

    /// <summary>Push of a <c>SnapshotDelta</c>; only to clients with <see cref="Capabilities.Deltas"/>.</summary>
    DeltaPush = 33,
}
