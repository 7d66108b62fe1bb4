namespace FastRegistry.Registry.Instances;

/// <summary>What makes an instance the same one in a list, as texts that need not be strings: to search with.</summary>
internal readonly ref struct InstanceName(ReadOnlySpan<char> cluster, ReadOnlySpan<char> ip, int port)
{
    public ReadOnlySpan<char> Cluster { get; } = cluster;

    public ReadOnlySpan<char> Ip { get; } = ip;

    public int Port { get; } = port;

    public bool IsOf(Instance instance)
    {
        InstanceName other = instance.Name;
        return Port == other.Port && Ip.SequenceEqual(other.Ip) && Cluster.SequenceEqual(other.Cluster);
    }

    /// <summary>Seeded at random per process like that of a string, so nobody can choose addresses that collide. Clusters are few and left out.</summary>
    public int Hash => HashCode.Combine(string.GetHashCode(Ip), Port);
}
