using System.Globalization;
using System.Net;
using FastRegistry.Node.Admission;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>What a poll says about its sender.</summary>
/// <param name="Ip">The address that the sender names.</param>
/// <param name="Agent">Name and version of the client.</param>
/// <param name="Application">The application that the sender names.</param>
internal readonly record struct UdpPoll(string Ip, string Agent, string Application);

/// <summary>Decides which clients understand datagrams: those to which Nacos pushes, by name and version.</summary>
internal static class PushAgents
{
    private static readonly (string Name, Func<PushVersions, Version> Minimum)[] Known =
    [
        ("Nacos-Java-Client", static versions => versions.Java),
        ("Nacos-DNS", static versions => versions.Python),
        ("Nacos-C-Client", static versions => versions.C),
        ("vip-client4cpp", static versions => versions.C),
        ("Nacos-Go-Client", static versions => versions.Go),
        ("Nacos-CSharp-Client", static versions => versions.CSharp),
    ];

    /// <summary>What a request says of its client: <c>User-Agent</c>, else <c>Client-Version</c>.</summary>
    public static string AgentOf(HttpRequest request)
    {
        string agent = request.Headers.UserAgent.ToString();
        return agent.Length > 0 ? agent : request.Headers["Client-Version"].ToString();
    }

    /// <summary>Whether it is one of them, as <c>name:v1.2.3</c>.</summary>
    public static bool Understands(string agent, PushVersions versions)
    {
        foreach ((string name, Func<PushVersions, Version> minimum) in Known)
        {
            if (agent.StartsWith(name, StringComparison.Ordinal))
            {
                int at = agent.IndexOf(":v", StringComparison.Ordinal);
                return at > 0 && VersionOf(agent.AsSpan(at + 2)) >= minimum(versions);
            }
        }

        return false;
    }

    /// <summary>The numbers in front; what follows them does not count.</summary>
    private static Version VersionOf(ReadOnlySpan<char> text)
    {
        int[] parts = new int[3];
        for (int i = 0; i < parts.Length; i++)
        {
            int digits = text.IndexOfAnyExceptInRange('0', '9');
            digits = digits < 0 ? text.Length : digits;
            if (!int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out parts[i]) || digits == text.Length || text[digits] != '.')
            {
                break;
            }

            text = text[(digits + 1)..];
        }

        return new Version(parts[0], parts[1], parts[2]);
    }
}

/// <summary>Decides where datagrams for a poll go. Never to an address that the request only claims: otherwise anybody could make this node send to anybody.</summary>
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
