namespace FastRegistry.Load.Targets;

/// <summary>What a target can be asked to do.</summary>
[Flags]
internal enum TargetAbilities
{
    None = 0,

    /// <summary>Keep connections open.</summary>
    Connections = 1,

    /// <summary>Heartbeats on a connection.</summary>
    Heartbeats = 2,

    /// <summary>Register and deregister.</summary>
    Register = 4,

    /// <summary>Query.</summary>
    Query = 8,

    /// <summary>Push changes to subscribers.</summary>
    Push = 16,

    /// <summary>Register several instances of a service with one request.</summary>
    Batch = 32,

    /// <summary>End a subscription and keep the connection.</summary>
    Unsubscribe = 64,
}
