namespace FastRegistry.Load.InMemory;

/// <summary>Managed heap of one idle connection on the in-memory transport, measured as three runs of the same number: pipes alone, connections on pipes, sessions on
/// connections; each after the same bytes went to and fro and a forced, compacting collection.</summary>
/// <param name="PipesBytes">The pipe pair and what both ends keep of it.</param>
/// <param name="ConnectionBytes">The connection object with its output chain.</param>
/// <param name="SessionBytes">The session, its client, its deadline and its places in the node's tables.</param>
internal sealed record HeapShares(double PipesBytes, double ConnectionBytes, double SessionBytes)
{
    /// <summary>What the goal is set for.</summary>
    public double WithoutPipesBytes => ConnectionBytes + SessionBytes;
}
