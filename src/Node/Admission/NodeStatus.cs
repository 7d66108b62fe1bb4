namespace FastRegistry.Node.Admission;

/// <summary>The status of this node: what the operator says, else what the node knows of itself.</summary>
/// <remarks>
/// One per node. Any thread reads; whoever starts the node says when it is up. A node that has started is up: while it warms up it serves provisional lists, while
/// it stops it serves the clients that have not left, and without its listener it serves those it has. What a node cannot do without (a store that is not there, a
/// load that failed) will be said here as DOWN.
/// </remarks>
internal sealed class NodeStatus(SwitchBoard switches)
{
    private int _computed = (int)ServerStatus.Starting;

    /// <summary>Without the operator's word.</summary>
    public ServerStatus Computed => (ServerStatus)Volatile.Read(ref _computed);

    /// <summary>The status that counts.</summary>
    public ServerStatus Current => switches.Current.OverriddenServerStatus ?? Computed;

    /// <summary>The node has found out something about itself.</summary>
    public void Report(ServerStatus status) => Volatile.Write(ref _computed, (int)status);
}
