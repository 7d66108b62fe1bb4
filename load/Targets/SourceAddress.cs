using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Load.Targets;

/// <summary>Gives a socket its source address before it connects. Stateless.</summary>
internal static class SourceAddress
{
    private const int LinuxIpLevel = 0;
    private const int LinuxIpBindAddressNoPort = 24;

    /// <summary>The port is chosen when the socket connects, where the system can do that: chosen now, it would have to be free towards every destination.</summary>
    public static void Bind(Socket socket, IPAddress source)
    {
        if (OperatingSystem.IsLinux() && socket.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetRawSocketOption(LinuxIpLevel, LinuxIpBindAddressNoPort, BitConverter.GetBytes(1));
        }

        socket.Bind(new IPEndPoint(source, 0));
    }
}
