namespace FastRegistry.Client;

/// <summary>How far the registrations of a service are from what was asked for.</summary>
public enum RegistrationState
{
    /// <summary>The server has acknowledged all of them.</summary>
    Registered,

    /// <summary>They are being brought to the server again, after a reconnect or an unanswered call.</summary>
    Restoring,

    /// <summary>The server refused them for good; they are not sent again until the service is registered again.</summary>
    Failed,
}
