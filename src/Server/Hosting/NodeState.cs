namespace FastRegistry.Server.Hosting;

/// <summary>Whether this node should be routed to.</summary>
internal enum NodeState
{
    Starting,
    Ready,
    Stopping,
}
