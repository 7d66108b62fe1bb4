using System.Collections.Frozen;

namespace FastRegistry.Node.Limits;

/// <summary>What the rules file says. Immutable; a change is another object.</summary>
internal sealed record ConnectionRules
{
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
