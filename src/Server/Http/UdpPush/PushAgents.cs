using System.Globalization;

namespace FastRegistry.Server.Http.UdpPush;

/// <summary>Which clients understand datagrams: those that Nacos pushes to, by name and version.</summary>
internal static class PushAgents
{
    private static readonly (string Name, Version Minimum)[] Known =
    [
        ("Nacos-Java-Client", new Version(0, 1, 0)),
        ("Nacos-DNS", new Version(0, 4, 3)),
        ("Nacos-C-Client", new Version(1, 0, 12)),
        ("vip-client4cpp", new Version(1, 0, 12)),
        ("Nacos-Go-Client", new Version(0, 1, 0)),
        ("Nacos-CSharp-Client", new Version(0, 9, 0)),
    ];

    /// <summary>What a request says of its client: <c>User-Agent</c>, else <c>Client-Version</c>.</summary>
    public static string AgentOf(HttpRequest request)
    {
        string agent = request.Headers.UserAgent.ToString();
        return agent.Length > 0 ? agent : request.Headers["Client-Version"].ToString();
    }

    /// <summary>Whether it is one of them, as <c>name:v1.2.3</c>.</summary>
    public static bool Understands(string agent)
    {
        foreach ((string name, Version minimum) in Known)
        {
            if (agent.StartsWith(name, StringComparison.Ordinal))
            {
                int at = agent.IndexOf(":v", StringComparison.Ordinal);
                return at > 0 && VersionOf(agent.AsSpan(at + 2)) >= minimum;
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
