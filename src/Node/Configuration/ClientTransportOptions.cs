namespace FastRegistry.Node.Configuration;

/// <summary>The client listener and the sockets it accepts. Section <c>ClientTransport</c>.</summary>
internal sealed record ClientTransportOptions : ListenerOptions
{
    /// <summary>What carries client connections. Default Auto.</summary>
    public ClientTransportKind Kind { get; init; } = ClientTransportKind.Auto;

    /// <summary>Event loops, 1 to 64, each a thread that handles the frames of its connections. Default 1. With epoll only.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>How long a loop that has just handled something looks for more before it sleeps, up to 1 ms. Default zero. With epoll only.</summary>
    public TimeSpan Spin { get; init; }

    /// <summary>How long sent data may stay unacknowledged before the kernel gives the connection up. Default 75 s, above <c>Deadlines:SlowConsumer</c>, so
    /// that the session decides first. Zero = the system's default.</summary>
    public TimeSpan UserTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Silence before the kernel asks whether the peer is there. Default 60 s; zero = never.</summary>
    public TimeSpan KeepAliveIdle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two such questions. Default 15 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Unanswered questions before the connection is given up. Default 4.</summary>
    public int KeepAliveProbes { get; init; } = 4;

    /// <summary>Unsent bytes the kernel may hold for a connection. Default 16 KiB; zero = the system's default.</summary>
    public int NotSentLowWaterBytes { get; init; } = 16 * 1024;
}
