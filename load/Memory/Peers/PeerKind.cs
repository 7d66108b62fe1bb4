namespace FastRegistry.Load.Memory.Peers;

/// <summary>What is at the node's end of the pipes.</summary>
internal enum PeerKind
{
    /// <summary>Nothing: somebody reads and writes in its place.</summary>
    Pipes,

    /// <summary>A connection whose handler answers a few bytes.</summary>
    Connections,

    /// <summary>A session of the node.</summary>
    Sessions,
}
