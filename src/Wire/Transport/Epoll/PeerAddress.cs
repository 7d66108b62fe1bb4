using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Asks the kernel who is at the other end. It is asked rarely, so nothing is kept per connection.</summary>
internal static class PeerAddress
{
    private static readonly IPEndPoint AnyV4 = new(IPAddress.Any, 0);
    private static readonly IPEndPoint AnyV6 = new(IPAddress.IPv6Any, 0);

    /// <summary>Null when the connection has no other end any more.</summary>
    public static IPEndPoint? Read(ISystemCalls system, int descriptor)
    {
        SocketAddress address = new(AddressFamily.InterNetworkV6);
        int length = system.GetPeerAddress(descriptor, address.Buffer.Span);
        if (length <= 0 || length > address.Buffer.Length)
        {
            return null;
        }

        address.Size = length;
        return address.Family switch
        {
            AddressFamily.InterNetwork => (IPEndPoint)AnyV4.Create(address),
            AddressFamily.InterNetworkV6 => (IPEndPoint)AnyV6.Create(address),
            _ => null,
        };
    }
}
