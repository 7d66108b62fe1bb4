namespace FastRegistry.Load.Targets.Grpc.Framing;

/// <summary>First byte of a message on a client's stream; it takes the place of the union that a <c>.proto</c> file would have.</summary>
internal enum StreamMessageKind : byte
{
    /// <summary><c>SetupRequest</c> from the client, <c>SetupReply</c> from the server.</summary>
    Setup = 1,

    /// <summary>Heartbeat: 8 bytes that come back in the <see cref="Pong"/>.</summary>
    Ping = 2,

    /// <summary>The answer to a heartbeat.</summary>
    Pong = 3,

    /// <summary>A list: subscription id (8 bytes, little-endian; natively it is in the frame header), push prefix (8 bytes), <c>Snapshot</c>.</summary>
    Push = 4,
}
