namespace FastRegistry.Node.Admission;

/// <summary>The status of this node: what the operator says, else what the node knows of itself.</summary>
/// <remarks>
/// One per node. Any thread reads; whoever starts the node says when it is up. A node that has started is up: while it warms up it serves provisional lists, while
/// it stops it serves the clients that have not left, and without its listener it serves those it has. What a node cannot do without (a store that is not there, a
/// load that failed) will be said here as DOWN.
/// </remarks>
internal sealed class NodeStatus
{
    /// <summary>False while the status is UP, which refuses nothing: then a request need not be looked at. A field, because every request reads it; only this
    /// class writes it.</summary>
    public volatile bool MayRefuse = true;

    private readonly Lock _statusLock = new();
    private readonly SwitchBoard _switches;
    private int _computed = (int)ServerStatus.Starting;

    public NodeStatus(SwitchBoard switches)
    {
        _switches = switches;
        switches.Replaced += Refresh;
        Refresh();
    }

    /// <summary>Without the operator's word.</summary>
    public ServerStatus Computed => (ServerStatus)Volatile.Read(ref _computed);

    /// <summary>The status that counts.</summary>
    public ServerStatus Current => _switches.Current.OverriddenServerStatus ?? Computed;

    /// <summary>The node has found out something about itself.</summary>
    public void Report(ServerStatus status)
    {
        Volatile.Write(ref _computed, (int)status);
        Refresh();
    }

    private void Refresh()
    {
        // Read under the lock: of two threads that have changed something, the one that comes second sees both changes.
        lock (_statusLock)
        {
            MayRefuse = Current != ServerStatus.Up;
        }
    }
}

/// <summary>Which naming requests a node takes. The names are Nacos'; <see cref="ServerStatusText"/> spells them.</summary>
internal enum ServerStatus
{
    /// <summary>Not ready for requests yet: all are refused.</summary>
    Starting,

    /// <summary>Everything is served. A node that warms up is up: it serves lists and says that they are provisional.</summary>
    Up,

    /// <summary>All naming requests are refused.</summary>
    Down,

    /// <summary>As <see cref="Down"/>; Nacos has a name of its own for it.</summary>
    Paused,

    /// <summary>Requests that change what is published are refused.</summary>
    ReadOnly,

    /// <summary>Requests that read lists or names are refused.</summary>
    WriteOnly,
}

/// <summary>Spells and reads statuses as Nacos does: <c>READ_ONLY</c>.</summary>
internal static class ServerStatusText
{
    public const string AllNames = "UP, DOWN, STARTING, PAUSED, WRITE_ONLY, READ_ONLY";

    public static string Name(this ServerStatus status) => status switch
    {
        ServerStatus.Starting => "STARTING",
        ServerStatus.Up => "UP",
        ServerStatus.Down => "DOWN",
        ServerStatus.Paused => "PAUSED",
        ServerStatus.ReadOnly => "READ_ONLY",
        ServerStatus.WriteOnly => "WRITE_ONLY",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
    };

    /// <summary>The status of a name in upper case, as Nacos spells it; null when there is none.</summary>
    public static ServerStatus? Find(string name) => name switch
    {
        "STARTING" => ServerStatus.Starting,
        "UP" => ServerStatus.Up,
        "DOWN" => ServerStatus.Down,
        "PAUSED" => ServerStatus.Paused,
        "READ_ONLY" => ServerStatus.ReadOnly,
        "WRITE_ONLY" => ServerStatus.WriteOnly,
        _ => null,
    };

    /// <summary>Whether a status refuses operations of a kind.</summary>
    public static bool Refuses(this ServerStatus status, OperationAccess access) => status switch
    {
        ServerStatus.Up => false,
        _ when access == OperationAccess.Renew => false,
        ServerStatus.ReadOnly => access == OperationAccess.Write,
        ServerStatus.WriteOnly => access == OperationAccess.Read,
        _ => true,
    };
}
