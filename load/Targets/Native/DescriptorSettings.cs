using System.Net.Sockets;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Load.Targets.Native;

/// <summary>Sets on a bare descriptor what the product sets on a <see cref="Socket"/>.</summary>
internal static class DescriptorSettings
{
    private const int SocketLevel = 1;
    private const int KeepAlive = 9;
    private const int TcpLevel = 6;
    private const int NoDelay = 1;
    private const int KeepAliveIdleSeconds = 4;
    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveProbes = 6;
    private const int UserTimeoutMilliseconds = 18;
    private const int NotSentLowWaterBytes = 25;
    private const int IpLevel = 0;
    private const int BindAddressNoPort = 24;

    /// <exception cref="SocketException">The kernel does not take a value.</exception>
    public static void Apply(IConnectCalls system, int descriptor, SocketTransportOptions options)
    {
        Set(system, descriptor, TcpLevel, NoDelay, 1);
        if (options.KeepAliveIdle > TimeSpan.Zero)
        {
            Set(system, descriptor, TcpLevel, KeepAliveIdleSeconds, (int)options.KeepAliveIdle.TotalSeconds);
            Set(system, descriptor, TcpLevel, KeepAliveIntervalSeconds, (int)options.KeepAliveInterval.TotalSeconds);
            Set(system, descriptor, TcpLevel, KeepAliveProbes, options.KeepAliveProbes);
            Set(system, descriptor, SocketLevel, KeepAlive, 1);
        }

        if (options.UserTimeout > TimeSpan.Zero)
        {
            Set(system, descriptor, TcpLevel, UserTimeoutMilliseconds, (int)options.UserTimeout.TotalMilliseconds);
        }

        if (options.NotSentLowWaterBytes > 0)
        {
            Set(system, descriptor, TcpLevel, NotSentLowWaterBytes, options.NotSentLowWaterBytes);
        }
    }

    /// <summary>Without it the bind takes a port that is free towards every destination, and searching for one gets slow with thousands of connections.</summary>
    public static void ChoosePortWhenConnecting(IConnectCalls system, int descriptor, AddressFamily family)
    {
        if (family == AddressFamily.InterNetwork)
        {
            Set(system, descriptor, IpLevel, BindAddressNoPort, 1);
        }
    }

    private static void Set(IConnectCalls system, int descriptor, int level, int option, int value)
    {
        int result = system.SetOption(descriptor, level, option, value);
        if (result < 0)
        {
            throw new SocketException((int)Errno.ToSocketError(-result));
        }
    }
}
