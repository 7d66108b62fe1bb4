namespace FastRegistry.Wire.Framing;

/// <summary>Bounds of the protocol that both sides rely on. They belong to version 1 and do not change within it.</summary>
public static class WireLimits
{
    /// <summary>Largest body of any frame, and so of a request: 1 MiB. Larger answers and pushes travel as streams of chunks, larger sets in parts.</summary>
    public const int MaximumBodyBytes = 1024 * 1024;

    /// <summary>Largest body before set-up is done: 64 KiB, so that a stranger cannot make a node buffer more.</summary>
    public const int MaximumSetupBodyBytes = 64 * 1024;

    /// <summary>A message to a client that is larger than this (64 KiB) is cut into chunks.</summary>
    public const int ChunkThresholdBytes = 64 * 1024;

    /// <summary>Largest piece in one chunk: 16 KiB, about 15 µs of a loopback core, so that other frames never wait long.</summary>
    public const int MaximumChunkBytes = 16 * 1024;

    /// <summary>Bytes of a stream that may be sent before the first credit arrives unless the receiver's limits say otherwise: 256 KiB.</summary>
    public const int InitialStreamCreditBytes = 256 * 1024;

    /// <summary>Bytes that all open streams of a connection may announce together unless the receiver's limits say less: 256 MiB.</summary>
    public const int MaximumStreamBytes = 256 * 1024 * 1024;

    /// <summary>Streams that may be open on one connection unless the receiver's limits say less: 16.</summary>
    public const int MaximumOpenStreams = 16;

    /// <summary>Cluster names one query or subscription may filter by: 32.</summary>
    public const int MaximumClustersInFilter = 32;

    /// <summary>Subscriptions one request may name: 1,000.</summary>
    public const int MaximumSubscriptionsInRequest = 1_000;
}
