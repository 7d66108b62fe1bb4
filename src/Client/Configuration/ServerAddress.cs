using System.Globalization;
using System.Net;

namespace FastRegistry.Client.Configuration;

/// <summary>Where a server listens for clients.</summary>
/// <param name="Host">Host name or address, an IPv6 address without its brackets.</param>
/// <param name="Port">Port.</param>
internal readonly record struct ServerAddress(string Host, int Port)
{
    public const int DefaultPort = 7848;

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[::1]</c>, <c>[::1]:port</c> and a bare IPv6 address.</summary>
    public static bool TryParse(string? text, out ServerAddress address)
    {
        address = default;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        if (text[0] == '[')
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            return end > 1 && IPAddress.TryParse(text[1..end], out _) && TryMake(text[1..end], text[(end + 1)..], out address);
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && text.IndexOf(':', colon + 1) >= 0)
        {
            // More than one colon and no brackets: an IPv6 address, which leaves no way to write a port.
            return IPAddress.TryParse(text, out _) && TryMake(text, "", out address);
        }

        return colon < 0 ? TryMake(text, "", out address) : TryMake(text[..colon], text[colon..], out address);
    }

    public EndPoint ToEndPoint() => IPAddress.TryParse(Host, out IPAddress? ip) ? new IPEndPoint(ip, Port) : new DnsEndPoint(Host, Port);

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static bool TryMake(string host, string colonAndPort, out ServerAddress address)
    {
        address = default;
        int port = DefaultPort;
        if (colonAndPort.Length > 0
            && !(colonAndPort[0] == ':'
                && int.TryParse(colonAndPort.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
                && port is > 0 and <= ushort.MaxValue))
        {
            return false;
        }

        if (host.Length == 0 || host.AsSpan().ContainsAny(" /\\@"))
        {
            return false;
        }

        address = new ServerAddress(host, port);
        return true;
    }
}
