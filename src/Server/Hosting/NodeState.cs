namespace FastRegistry.Server.Hosting;

/// <summary>Whether this node should be routed to.</summary>
internal enum NodeState
{
    Starting,
    Ready,

    /// <summary>A part that cannot come back has ended: the listener or a worker.</summary>
    Failed,

    Stopping,
}
