namespace FastRegistry.Node.Hosting;

/// <summary>Whether this node should be routed to.</summary>
internal enum NodeState
{
    Starting,
    Ready,

    /// <summary>The client listener has ended and cannot come back.</summary>
    Failed,

    Stopping,
}
