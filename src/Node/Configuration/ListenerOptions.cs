using System.Net;

namespace FastRegistry.Node.Configuration;

/// <summary>Where a listener listens. Sections <c>Http</c> and <c>ClientTransport</c>.</summary>
internal record ListenerOptions
{
    /// <summary>An IP address. Default 127.0.0.1: a node is reachable from outside only when that was asked for.</summary>
    public string Address { get; init; } = IPAddress.Loopback.ToString();

    /// <summary>A port, 0 … 65535; 0 takes a free one. Defaults: HTTP 8848, clients 7848.</summary>
    public int Port { get; init; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address), Port);
}
