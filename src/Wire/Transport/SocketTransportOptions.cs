namespace FastRegistry.Wire.Transport;

/// <summary>Settings of the sockets of all transports that have sockets.</summary>
public sealed record SocketTransportOptions
{
    /// <summary>Connections the kernel may hold before they are accepted. Default 4,096 (the kernel caps it at net.core.somaxconn). Too small turns a
    /// reconnect storm into refused connections.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Largest amount handed to the kernel in one send. Default 64 KiB. Progress of a slow reader is noticed once per such piece.</summary>
    public int MaximumSendBytes { get; init; } = 64 * 1024;

    /// <summary>How long sent data may stay unacknowledged before the kernel gives the connection up (<c>TCP_USER_TIMEOUT</c>, Linux only). Default 75 s:
    /// above the slow-consumer time-out, so that the session decides first. Zero leaves the system's default, which is about 15 minutes.</summary>
    public TimeSpan UserTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Silence of the peer before the kernel asks whether it is there (<c>TCP_KEEPIDLE</c>). Default 60 s; zero switches keep-alive off; counted in
    /// whole seconds. A session's own probe comes sooner and also finds a peer whose process hangs. Keep-alive is for what no probe watches: a peer that
    /// vanished while this process is stopped or has no probe, and firewalls and address translators that forget a quiet connection.</summary>
    public TimeSpan KeepAliveIdle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two such questions (<c>TCP_KEEPINTVL</c>). Default 15 s, so that on Linux a dead peer is given up together with
    /// <see cref="UserTimeout"/>, 75 s after its last sign.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Unanswered questions before the connection is given up (<c>TCP_KEEPCNT</c>). Default 4. Linux does not count them while
    /// <see cref="UserTimeout"/> is set: then that time decides.</summary>
    public int KeepAliveProbes { get; init; } = 4;

    /// <summary>Unsent bytes the kernel may buffer for a connection (<c>TCP_NOTSENT_LOWAT</c>, Linux only). Default 16 KiB: what a peer does not read stays
    /// visible to this process instead of in kernel memory. Zero leaves the system's default.</summary>
    public int NotSentLowWaterBytes { get; init; } = 16 * 1024;

    /// <summary>First wait after accepting failed for lack of resources (descriptors, memory). Default 100 ms, doubled up to
    /// <see cref="MaximumAcceptBackOff"/>.</summary>
    public TimeSpan AcceptBackOff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between attempts to accept. Default 5 s.</summary>
    public TimeSpan MaximumAcceptBackOff { get; init; } = TimeSpan.FromSeconds(5);
}
