namespace FastRegistry.Load.Targets;

/// <summary>What native connections of a generator are made on.</summary>
internal enum ClientTransport
{
    /// <summary>The one that costs the generator less where it runs: event loops on Linux, sockets elsewhere.</summary>
    Auto,

    /// <summary><see cref="System.Net.Sockets"/> and the thread pool.</summary>
    Sockets,

    /// <summary>An event loop of its own; Linux only.</summary>
    Epoll,
}
