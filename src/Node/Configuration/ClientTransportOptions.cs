using System.Net;
using System.Net.Sockets;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Node.Configuration;

/// <summary>The client listener and the sockets it accepts. Section <c>ClientTransport</c>.</summary>
internal sealed record ClientTransportOptions : ListenerOptions
{
    // The most that Linux accepts.
    private const int MaximumKeepAliveSeconds = 32_767;
    private const int MaximumKeepAliveProbes = 127;

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

    /// <summary>Throws when a value breaks its rule.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public void Check()
    {
        CheckEndPoint("ClientTransport");
        if (Kind == ClientTransportKind.Epoll && !EpollTransport.IsSupported)
        {
            throw new ConfigurationError("ClientTransport:Kind", "must not be Epoll on this system: only Linux has it");
        }

        ConfigurationError.ThrowIfOutOfRange("ClientTransport:Loops", Loops, 1, 64);
        if (Spin < TimeSpan.Zero || Spin > TimeSpan.FromMilliseconds(1))
        {
            throw new ConfigurationError("ClientTransport:Spin", "must be between 00:00:00 (none) and 00:00:00.0010000");
        }

        CheckSeconds("ClientTransport:UserTimeout", UserTimeout, 86_400, zeroAllowed: true);
        CheckSeconds("ClientTransport:KeepAliveIdle", KeepAliveIdle, MaximumKeepAliveSeconds, zeroAllowed: true);
        CheckSeconds("ClientTransport:KeepAliveInterval", KeepAliveInterval, MaximumKeepAliveSeconds, zeroAllowed: false);
        ConfigurationError.ThrowIfOutOfRange("ClientTransport:KeepAliveProbes", KeepAliveProbes, 1, MaximumKeepAliveProbes);
        ConfigurationError.ThrowIfOutOfRange("ClientTransport:NotSentLowWaterBytes", NotSentLowWaterBytes, 0, 16 * 1024 * 1024);
    }

    /// <summary>The kernel counts in whole seconds.</summary>
    private static void CheckSeconds(string key, TimeSpan value, int maximumSeconds, bool zeroAllowed)
    {
        if (!(zeroAllowed && value == TimeSpan.Zero) && (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromSeconds(maximumSeconds)))
        {
            throw new ConfigurationError(key, $"must be {(zeroAllowed ? "zero, or " : "")}between 00:00:01 and {TimeSpan.FromSeconds(maximumSeconds)}");
        }
    }
}

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

/// <summary>Where a listener listens. Sections <c>Http</c> and <c>ClientTransport</c>.</summary>
internal record ListenerOptions
{
    /// <summary>An IP address. Default 127.0.0.1: a node is reachable from outside only when that was asked for.</summary>
    public string Address { get; init; } = IPAddress.Loopback.ToString();

    /// <summary>A port, 0 … 65535; 0 takes a free one. Defaults: HTTP 8848, clients 7848.</summary>
    public int Port { get; init; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address), Port);

    /// <summary>Throws when address or port break their rule.</summary>
    /// <param name="section">The listener's section.</param>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public void CheckEndPoint(string section)
    {
        if (!IPAddress.TryParse(Address, out IPAddress? address) || address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            throw new ConfigurationError($"{section}:Address", $"'{Address}' is not an IP address");
        }

        if (NameRules.BrokenByPort(Port) is { } rule)
        {
            throw new ConfigurationError($"{section}:Port", rule);
        }
    }
}
