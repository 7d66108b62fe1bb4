using System.Net;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Commands;

/// <summary>Where a server listens unless it is told otherwise.</summary>
internal static class DefaultServers
{
    public static IPEndPoint Clients { get; } = new(IPAddress.Loopback, 7848);

    public static IPEndPoint Http { get; } = new(IPAddress.Loopback, 8848);

    /// <summary>Null: there is no such server unless one is started.</summary>
    public static ServerAddress? Of(TargetKind target) => target switch
    {
        TargetKind.Native => new ServerAddress(Clients.ToString(), Http.ToString()),
        TargetKind.Http => new ServerAddress(Http.ToString(), Http.ToString()),
        _ => null,
    };
}
