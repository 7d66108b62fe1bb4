using System.Collections.Frozen;
using System.Text.Json;

namespace FastRegistry.Server.Limits;

/// <summary>Reads the rules file's JSON.</summary>
internal static class ConnectionRulesReader
{
    public const int MaximumRules = 10_000;
    public const int MaximumConnections = 10_000_000;

    private const string Connections = "connections";
    private const string PerAddress = "perAddress";
    private const string PerAddressRules = "perAddressRules";
    private const string PerApplication = "perApplication";
    private const string PerApplicationRules = "perApplicationRules";
    private const string WholeFile = "the file";

    /// <exception cref="ConnectionRulesError">It is not JSON, or a field breaks its rule.</exception>
    public static ConnectionRules Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
            using JsonDocument document = JsonDocument.Parse(utf8.Span.StartsWith(byteOrderMark) ? utf8[byteOrderMark.Length..] : utf8);
            return Read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the text is read.
            throw new ConnectionRulesError(WholeFile, $"is not JSON: {fault.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static ConnectionRules Read(JsonElement root)
    {
        ConnectionRules rules = ConnectionRules.None;
        foreach ((string name, JsonElement value) in Fields(WholeFile, root))
        {
            rules = name switch
            {
                Connections => rules with { Connections = Rule(name, value) },
                PerAddress => rules with { PerAddress = Rule(name, value) },
                PerAddressRules => rules with { PerAddressRules = ReadAddresses(value) },
                PerApplication => rules with { PerApplication = Rule(name, value) },
                PerApplicationRules => rules with { PerApplicationRules = ReadApplications(value) },
                _ => throw new ConnectionRulesError(
                    name, $"is not a field; there are {Connections}, {PerAddress}, {PerAddressRules}, {PerApplication}, {PerApplicationRules}"),
            };
        }

        return rules;
    }

    private static AddressRules ReadAddresses(JsonElement element)
    {
        HashSet<(UInt128, int)> seen = [];
        List<(UInt128, int, LimitRule)> rules = [];
        foreach ((string name, JsonElement value) in Fields(PerAddressRules, element))
        {
            string field = $"{PerAddressRules} \"{name}\"";
            if (AddressNumber.BrokenByNetwork(name, out UInt128 network, out int prefixBits) is { } broken)
            {
                throw new ConnectionRulesError(field, broken);
            }

            if (!seen.Add((network, prefixBits)))
            {
                throw new ConnectionRulesError(field, "is there twice, in another spelling");
            }

            rules.Add((network, prefixBits, Rule(field, value)));
        }

        return new AddressRules(rules);
    }

    private static FrozenDictionary<string, LimitRule> ReadApplications(JsonElement element) => Fields(PerApplicationRules, element)
        .Select(static field => KeyValuePair.Create(field.Name, Rule($"{PerApplicationRules} \"{field.Name}\"", field.Value)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static List<(string Name, JsonElement Value)> Fields(string field, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ConnectionRulesError(field, "must be a JSON object");
        }

        HashSet<string> seen = [];
        List<(string Name, JsonElement Value)> fields = [];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!seen.Add(property.Name))
            {
                throw new ConnectionRulesError($"{(field == WholeFile ? "" : $"{field} ")}\"{property.Name}\"", "is there twice");
            }

            if (seen.Count > MaximumRules)
            {
                throw new ConnectionRulesError(field, $"must not have more than {MaximumRules} entries");
            }

            fields.Add((property.Name, property.Value));
        }

        return fields;
    }

    private static LimitRule Rule(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int maximum) || maximum is < -1 or > MaximumConnections)
        {
            throw new ConnectionRulesError(field, $"must be a whole number between 0 and {MaximumConnections}, or -1 for no limit");
        }

        return maximum < 0 ? LimitRule.None : new LimitRule(maximum, field);
    }
}
