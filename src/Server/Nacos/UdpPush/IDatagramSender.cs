using System.Net;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>Sends datagrams. Must not block: one that cannot go at once is lost, as any datagram may be.</summary>
internal interface IDatagramSender
{
    void Send(ReadOnlySpan<byte> datagram, IPEndPoint target);
}
