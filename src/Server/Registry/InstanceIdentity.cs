namespace FastRegistry.Server.Registry;

/// <summary>What makes an instance the same one in a list.</summary>
internal readonly record struct InstanceIdentity(string Cluster, string Ip, int Port);
