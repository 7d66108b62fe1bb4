using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Node.Limits;

/// <summary>The form of an address that clients are sent to: <c>host:port</c>, <c>[::1]:port</c>.</summary>
internal static class RedirectAddress
{
    public const int MaximumAddresses = 16;

    private const int MaximumHostLength = 255;

    /// <summary>The rule that is broken, as the end of a sentence, or null.</summary>
    public static string? Broken(string text)
    {
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon];
        bool port = int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= ushort.MaxValue;
        return port && IsHost(host) ? null : $"must have the form host:port, not \"{text}\"";
    }

    /// <summary>Splits a list at its commas; blank parts do not count.</summary>
    public static IReadOnlyList<string> Split(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsHost(string host)
    {
        if (host.StartsWith('['))
        {
            return host.EndsWith(']') && IPAddress.TryParse(host[1..^1], out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        return host.Length is > 0 and <= MaximumHostLength && host.All(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');
    }
}
