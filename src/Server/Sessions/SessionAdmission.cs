namespace FastRegistry.Server.Sessions;

/// <summary>Whether a session may come in.</summary>
internal enum SessionAdmission
{
    Admitted,
    Full,
    Stopping,
}
