namespace FastRegistry.Registry.Instances;

/// <summary>How a client is attached, which decides when it ends.</summary>
internal enum ClientKind
{
    /// <summary>Its connection ends at this node; it is released with it.</summary>
    Native,

    /// <summary>Copied from the node that owns it; it goes when the owner says so, or is not heard of for <c>Deadlines:SyncedClient</c>.</summary>
    Synced,

    /// <summary>An ip:port that was registered over HTTP as ephemeral; it lives on beats.</summary>
    IpPort,

    /// <summary>An ip:port that was registered as persistent; only a deregistration ends it.</summary>
    PersistentIpPort,
}
