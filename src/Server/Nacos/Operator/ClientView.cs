using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.UdpPush;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>A client as operators see it: a native one, or an ip and port that publishes over HTTP, listens for datagrams, or both.</summary>
/// <param name="Id">Its id in these calls.</param>
/// <param name="Client">What it publishes; null = nothing.</param>
/// <param name="Session">The connection of a native client; null for the others.</param>
/// <param name="Listener">Where datagrams go; null = nowhere.</param>
internal sealed record ClientView(string Id, RegistryClient? Client, ClientSession? Session, UdpSubscriber? Listener)
{
    /// <summary>Wheel time of its last sign of life.</summary>
    public long LastUpdated => Session?.Status.LastReceived ?? Math.Max(Client?.LastRenewed ?? 0, Listener?.LastPoll ?? 0);
}
