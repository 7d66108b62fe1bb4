namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>What a reader asks for; an empty cluster means all.</summary>
internal sealed record ModelFilter(string Cluster, bool HealthyOnly)
{
    public string[] Clusters => Cluster.Length == 0 ? [] : [Cluster];
}
