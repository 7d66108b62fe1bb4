using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Node.Limits;

/// <summary>Addresses as 128-bit numbers, IPv4 ones in their IPv6-mapped form, so that a rule holds however the listener sees them.</summary>
internal static class AddressNumber
{
    public const int Bits = 128;

    private const int MappedPrefixBits = 96;
    private const int Ipv4Bytes = 4;
    private const int Ipv6Bytes = 16;

    public static UInt128 Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Ipv6Bytes];
        address.TryWriteBytes(bytes, out int written);
        return written == Ipv4Bytes
            ? ((UInt128)0xFFFF << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The bits of an address that a prefix of this length compares.</summary>
    public static UInt128 Mask(int prefixBits) => prefixBits == 0 ? UInt128.Zero : UInt128.MaxValue << (Bits - prefixBits);

    /// <summary>Reads an address or a network. Returns the broken rule, as the end of a sentence, or null.</summary>
    public static string? BrokenByNetwork(string text, out UInt128 network, out int prefixBits)
    {
        network = default;
        prefixBits = Bits;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string addressText = slash < 0 ? text : text[..slash];

        // The parser also takes shortened and octal forms, which mean something else than they look like.
        if (!IPAddress.TryParse(addressText, out IPAddress? address)
            || addressText.Contains('%', StringComparison.Ordinal)
            || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != addressText))
        {
            return "is not an IP address or a network such as 10.1.0.0/16";
        }

        bool ipv4 = address.AddressFamily == AddressFamily.InterNetwork;
        int most = ipv4 ? Ipv4Bytes * 8 : Ipv6Bytes * 8;
        int bits = most;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > most))
        {
            return $"must have a prefix length between 0 and {most}";
        }

        prefixBits = ipv4 ? MappedPrefixBits + bits : bits;
        network = Of(address);
        return (network & ~Mask(prefixBits)) == 0 ? null : $"has bits set behind its prefix of {bits}";
    }
}
