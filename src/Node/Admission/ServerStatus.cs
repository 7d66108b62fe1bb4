namespace FastRegistry.Node.Admission;

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
