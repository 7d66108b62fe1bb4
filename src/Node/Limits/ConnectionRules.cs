using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Node.Limits;

/// <summary>What the rules file says. Immutable; a change is another object.</summary>
internal sealed record ConnectionRules
{
    /// <summary>The setting that names the file.</summary>
    public const string FileKey = "Limits:RulesFile";

    /// <summary>No limits.</summary>
    public static ConnectionRules None { get; } = new();

    /// <summary>Of the whole node.</summary>
    public LimitRule Connections { get; init; } = LimitRule.None;

    /// <summary>Of each socket address without a rule of its own.</summary>
    public LimitRule PerAddress { get; init; } = LimitRule.None;

    public AddressRules PerAddressRules { get; init; } = AddressRules.None;

    /// <summary>Of each application without a rule of its own.</summary>
    public LimitRule PerApplication { get; init; } = LimitRule.None;

    public FrozenDictionary<string, LimitRule> PerApplicationRules { get; init; } = FrozenDictionary<string, LimitRule>.Empty;

    public LimitRule ForAddress(UInt128 address) => PerAddressRules.TryFind(address, out LimitRule rule) ? rule : PerAddress;

    public LimitRule ForApplication(string application) => PerApplicationRules.TryGetValue(application, out LimitRule rule) ? rule : PerApplication;
}

/// <summary>One limit of the rules file.</summary>
/// <param name="Maximum">Connections allowed.</param>
/// <param name="Field">The field it comes from.</param>
internal readonly record struct LimitRule(int Maximum, string Field)
{
    /// <summary>No limit.</summary>
    public static LimitRule None => new(int.MaxValue, "");

    /// <summary>For goaways: the limit, its value and where it is set.</summary>
    public string Text => $"{Field} is {Maximum} ({ConnectionRules.FileKey})";

    /// <summary>Whether one more may come to <paramref name="connections"/>.</summary>
    public bool Allows(int connections) => connections < Maximum;
}

/// <summary>Limits of addresses and networks; the longest prefix that holds an address decides. Immutable.</summary>
/// <remarks>One table per prefix length, longest first: a look-up costs as many probes as there are different lengths, however many rules.</remarks>
internal sealed class AddressRules
{
    private readonly (UInt128 Mask, FrozenDictionary<UInt128, LimitRule> Rules)[] _byPrefix;

    public AddressRules(IEnumerable<(UInt128 Network, int PrefixBits, LimitRule Rule)> rules) => _byPrefix =
    [
        .. rules.GroupBy(static rule => rule.PrefixBits)
            .OrderByDescending(static group => group.Key)
            .Select(static group => (AddressNumber.Mask(group.Key), group.ToFrozenDictionary(static rule => rule.Network, static rule => rule.Rule))),
    ];

    public static AddressRules None { get; } = new([]);

    public bool TryFind(UInt128 address, out LimitRule rule)
    {
        foreach ((UInt128 mask, FrozenDictionary<UInt128, LimitRule> rules) in _byPrefix)
        {
            if (rules.TryGetValue(address & mask, out rule))
            {
                return true;
            }
        }

        rule = LimitRule.None;
        return false;
    }
}

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
