using System.Buffers.Binary;
using System.Net.Sockets;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>Asks the kernel what a socket is set to.</summary>
internal static class SocketOptionReader
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;
    private const int TcpNotSentLowWater = 25;

    public static int UserTimeout(Socket socket) => Linux(socket, TcpUserTimeout);

    public static int NotSentLowWater(Socket socket) => Linux(socket, TcpNotSentLowWater);

    public static (int On, int Idle, int Interval, int Probes) KeepAlive(Socket socket) =>
        (Number(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive) != 0 ? 1 : 0,
            Number(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime),
            Number(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval),
            Number(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));

    private static int Number(Socket socket, SocketOptionLevel level, SocketOptionName name) => (int)socket.GetSocketOption(level, name)!;

    private static int Linux(Socket socket, int option)
    {
        byte[] value = new byte[sizeof(int)];
        socket.GetRawSocketOption(TcpLevel, option, value);
        return BinaryPrimitives.ReadInt32LittleEndian(value);
    }
}
