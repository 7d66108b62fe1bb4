namespace FastRegistry.Client;

/// <summary>What makes two instances of one service the same one.</summary>
internal readonly record struct InstanceIdentity(string Cluster, string Ip, int Port);
