using System.Collections.Frozen;

namespace FastRegistry.Node.Limits;

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
