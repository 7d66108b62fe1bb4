using System.Collections.Frozen;
using System.Text.Json;
using FastRegistry.Node.WatchedFiles;

namespace FastRegistry.Node.Limits;

/// <summary>Reads the rules file's JSON.</summary>
internal static class ConnectionRulesReader
{
    public const int MaximumBytes = 1024 * 1024;
    public const int MaximumRules = 10_000;
    public const int MaximumConnections = 10_000_000;

    private const string Connections = "connections";
    private const string PerAddress = "perAddress";
    private const string PerAddressRules = "perAddressRules";
    private const string PerApplication = "perApplication";
    private const string PerApplicationRules = "perApplicationRules";

    /// <exception cref="FileContentError">It is not JSON, or a field breaks its rule.</exception>
    public static ConnectionRules Read(ReadOnlyMemory<byte> utf8) => JsonFields.Read(utf8, Read);

    private static ConnectionRules Read(JsonElement root)
    {
        ConnectionRules rules = ConnectionRules.None;
        foreach ((string name, JsonElement value) in JsonFields.Of(JsonFields.WholeFile, root, MaximumRules))
        {
            rules = name switch
            {
                Connections => rules with { Connections = Rule(name, value) },
                PerAddress => rules with { PerAddress = Rule(name, value) },
                PerAddressRules => rules with { PerAddressRules = ReadAddresses(value) },
                PerApplication => rules with { PerApplication = Rule(name, value) },
                PerApplicationRules => rules with { PerApplicationRules = ReadApplications(value) },
                _ => throw new FileContentError(
                    name, $"is not a field; there are {Connections}, {PerAddress}, {PerAddressRules}, {PerApplication}, {PerApplicationRules}"),
            };
        }

        return rules;
    }

    private static AddressRules ReadAddresses(JsonElement element)
    {
        HashSet<(UInt128, int)> seen = [];
        List<(UInt128, int, LimitRule)> rules = [];
        foreach ((string name, JsonElement value) in JsonFields.Of(PerAddressRules, element, MaximumRules))
        {
            string field = $"{PerAddressRules} \"{name}\"";
            if (AddressNumber.BrokenByNetwork(name, out UInt128 network, out int prefixBits) is { } broken)
            {
                throw new FileContentError(field, broken);
            }

            if (!seen.Add((network, prefixBits)))
            {
                throw new FileContentError(field, "is there twice, in another spelling");
            }

            rules.Add((network, prefixBits, Rule(field, value)));
        }

        return new AddressRules(rules);
    }

    private static FrozenDictionary<string, LimitRule> ReadApplications(JsonElement element) => JsonFields.Of(PerApplicationRules, element, MaximumRules)
        .Select(static field => KeyValuePair.Create(field.Name, Rule($"{PerApplicationRules} \"{field.Name}\"", field.Value)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static LimitRule Rule(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int maximum) || maximum is < -1 or > MaximumConnections)
        {
            throw new FileContentError(field, $"must be a whole number between 0 and {MaximumConnections}, or -1 for no limit");
        }

        return maximum < 0 ? LimitRule.None : new LimitRule(maximum, field);
    }
}
