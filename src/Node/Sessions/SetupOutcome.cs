namespace FastRegistry.Node.Sessions;

/// <summary>What a set-up request led to.</summary>
internal enum SetupOutcome
{
    /// <summary>The session is ready.</summary>
    Accepted,

    /// <summary>An error reply; the client may try again.</summary>
    Refused,

    /// <summary>The client wants what this node does not have; a goaway.</summary>
    MissingCapability,
}
