namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Settings of <see cref="EpollTransport"/>.</summary>
public sealed record EpollTransportOptions
{
    /// <summary>Settings of its sockets; the same as those of the socket transport.</summary>
    public SocketTransportOptions Sockets { get; init; } = new();

    /// <summary>Event loops, each with a thread of its own. Default 1: a second one costs more wake-ups than it saves until a core is not enough for all
    /// frames. Connections go to them in turn.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>How long a loop that has just handled something looks for more before it sleeps. Default zero: none. Up to 50 us shortens round trips on an
    /// idle machine and costs the processor all that time.</summary>
    public TimeSpan Spin { get; init; }

    /// <summary>Is told of an exception that nothing else caught: a defect, or a kernel that refuses to wait, which ends the loop. Called on the loop.</summary>
    public Action<Exception>? Faulted { get; init; }
}
