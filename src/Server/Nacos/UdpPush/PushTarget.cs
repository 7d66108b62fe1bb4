using System.Net;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>Decides where datagrams for a poll go. Never to an address that only asserts itself: anybody could have this node send to anybody.</summary>
internal static class PushTarget
{
    /// <summary>The address the poll came from, when it is the one the client says it has, or when it is this machine, where the client may say another of its
    /// addresses; else null, and the client polls.</summary>
    public static IPEndPoint? Of(ApiCall call, string? asserted, int port)
    {
        if (call.Context.Connection.RemoteIpAddress is not { } remote || port > IPEndPoint.MaxPort)
        {
            return null;
        }

        remote = remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote;
        bool trusted = IPAddress.IsLoopback(remote) || (IPAddress.TryParse(asserted, out IPAddress? said) && said.Equals(remote));
        return trusted ? new IPEndPoint(remote, port) : null;
    }
}
