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

/// <summary>A change of a client's connection.</summary>
/// <param name="previous">The state before.</param>
/// <param name="current">The state now.</param>
/// <param name="text">Which server, or what went wrong; for people.</param>
public sealed class ConnectionStateChangedEventArgs(ConnectionState previous, ConnectionState current, string text) : EventArgs
{
    /// <summary>The state before.</summary>
    public ConnectionState Previous { get; } = previous;

    /// <summary>The state now.</summary>
    public ConnectionState Current { get; } = current;

    /// <summary>Which server, or what went wrong; for people.</summary>
    public string Text { get; } = text;
}
