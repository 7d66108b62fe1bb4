using System.Buffers.Binary;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>Sets the options a connection has, on a connection or on the listener it will come from: Linux hands them on.</summary>
internal static class SocketSettings
{
    private const int LinuxIpLevel = 0;
    private const int LinuxIpBindAddressNoPort = 24;
    private const int LinuxTcpLevel = 6;
    private const int LinuxTcpUserTimeout = 18;
    private const int LinuxTcpNotSentLowWater = 25;

    public static void Apply(Socket socket, SocketTransportOptions options)
    {
        socket.NoDelay = true;
        if (options.KeepAliveIdle > TimeSpan.Zero)
        {
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)options.KeepAliveIdle.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)options.KeepAliveInterval.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, options.KeepAliveProbes);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }

        if (OperatingSystem.IsLinux())
        {
            SetIfPositive(socket, LinuxTcpUserTimeout, (int)options.UserTimeout.TotalMilliseconds);
            SetIfPositive(socket, LinuxTcpNotSentLowWater, options.NotSentLowWaterBytes);
        }
    }

    /// <summary>Without it the bind takes a port that is free towards every destination, and searching for one gets slow with thousands of connections.</summary>
    public static void ChoosePortWhenConnecting(Socket socket)
    {
        if (OperatingSystem.IsLinux() && socket.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetRawSocketOption(LinuxIpLevel, LinuxIpBindAddressNoPort, BitConverter.GetBytes(1));
        }
    }

    private static void SetIfPositive(Socket socket, int option, int value)
    {
        if (value > 0)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            socket.SetRawSocketOption(LinuxTcpLevel, option, bytes);
        }
    }
}
