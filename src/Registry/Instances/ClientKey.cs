namespace FastRegistry.Registry.Instances;

/// <summary>What makes a client the same one after it was gone: the client instance id, or ip and port.</summary>
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
