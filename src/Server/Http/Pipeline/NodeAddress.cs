using System.Net;
using FastRegistry.Server.Configuration;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary>The HTTP address of this node as a caller can use it: where "any address" is listened on, the one he came to.</summary>
internal static class NodeAddress
{
    public static IPEndPoint Of(HttpContext context)
    {
        IPAddress address = context.RequestServices.GetRequiredService<HttpOptions>().EndPoint.Address;
        bool isAny = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        if (isAny && context.Connection.LocalIpAddress is { } local)
        {
            address = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        }

        return new IPEndPoint(address, context.Connection.LocalPort);
    }
}
