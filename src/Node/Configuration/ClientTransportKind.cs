namespace FastRegistry.Node.Configuration;

/// <summary>What carries client connections.</summary>
internal enum ClientTransportKind
{
    /// <summary>Epoll where there is one, sockets elsewhere.</summary>
    Auto,

    /// <summary>Event loops of our own. Linux only.</summary>
    Epoll,

    /// <summary>System.Net.Sockets, on the runtime's event threads.</summary>
    Socket,
}
