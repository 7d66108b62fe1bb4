using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>Two connected sockets on a free loopback port.</summary>
internal static class SocketPair
{
    public static async Task<(Socket Accepted, Socket Connected)> CreateAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket connected = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await connected.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        return (await listener.AcceptAsync(TestContext.Current.CancellationToken), connected);
    }
}
