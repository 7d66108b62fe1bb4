namespace FastRegistry.Node.Sessions;

/// <summary>Whether a session may come in.</summary>
internal enum SessionAdmission
{
    Admitted,

    /// <summary>The node has as many as it can hold.</summary>
    Full,

    /// <summary>The node has as many as the rules file allows.</summary>
    BeyondRule,
    Stopping,
}
