namespace FastRegistry.Registry.Instances;

/// <summary>The identity of a client, also after it was gone: the client instance id, or ip and port.</summary>
/// <param name="InstanceId">Of a native or synced client; 0 for the others.</param>
/// <param name="Id">ip:port and kind of the others; empty for native and synced ones.</param>
internal readonly record struct ClientKey(UInt128 InstanceId, string Id) : IComparable<ClientKey>
{
    /// <summary>The same order on every node: the last resort between registrations of the same moment.</summary>
    public int CompareTo(ClientKey other)
    {
        int order = InstanceId.CompareTo(other.InstanceId);
        return order != 0 ? order : string.CompareOrdinal(Id, other.Id);
    }
}

/// <summary>The way a client is attached, which decides when it ends.</summary>
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
