namespace FastRegistry.Client;

/// <summary>State of a client's connection.</summary>
/// <remarks>
/// <code>
///  Connecting ──► Connected ◄──► Reconnecting
///      │              ▲               │
///      └──────► Failed ◄──────────────┘        any ──► Disposed
/// </code>
/// </remarks>
public enum ConnectionState
{
    /// <summary>No server has been reached yet.</summary>
    Connecting,

    /// <summary>Set up with a server; registrations and subscriptions are on their way or there.</summary>
    Connected,

    /// <summary>The connection was lost; lists are served from memory while the next server is tried.</summary>
    Reconnecting,

    /// <summary>Every server refused this client for a reason that time does not mend, such as its version. Tried again only rarely.</summary>
    Failed,

    /// <summary>The client was disposed; final.</summary>
    Disposed,
}
