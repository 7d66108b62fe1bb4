namespace FastRegistry.Wire.Framing;

/// <summary>What a side understands beyond the core of version 1; both sides use the bits that both have.</summary>
[Flags]
public enum Capabilities : ulong
{
    /// <summary>The core only.</summary>
    None = 0,

    /// <summary>Messages above <see cref="WireLimits.ChunkThresholdBytes"/> arrive as chunks.</summary>
    Chunks = 1UL << 0,

    /// <summary>Lists may be marked provisional, and the receiver keeps what it has until the mark is gone.</summary>
    ProvisionalLists = 1UL << 1,

    /// <summary>Changes of a list may arrive as a <c>SnapshotDelta</c> on the list before.</summary>
    Deltas = 1UL << 2,

    /// <summary>Everything this build understands.</summary>
    All = Chunks | ProvisionalLists | Deltas,
}
