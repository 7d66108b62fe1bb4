namespace FastRegistry.Registry.Instances;

/// <summary>What makes an instance the same one in a list.</summary>
internal readonly record struct InstanceIdentity(string Cluster, string Ip, int Port)
{
    /// <summary>As texts to search with.</summary>
    public InstanceName Name => new(Cluster, Ip, Port);

    /// <summary><c>ip:port#cluster</c>.</summary>
    public override string ToString() => $"{Ip}:{Port}#{Cluster}";
}
