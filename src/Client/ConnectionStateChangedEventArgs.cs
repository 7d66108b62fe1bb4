namespace FastRegistry.Client;

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
