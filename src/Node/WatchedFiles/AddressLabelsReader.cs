using System.Collections.Immutable;
using System.Text.Json;
using FastRegistry.Registry.Selection;

namespace FastRegistry.Node.WatchedFiles;

/// <summary>Reads the labels file: <c>{ "10.0.0.1": { "zone": "east" } }</c>. Addresses are compared as texts, as instances register them.</summary>
internal static class AddressLabelsReader
{
    public const int MaximumBytes = 64 * 1024 * 1024;
    public const int MaximumAddresses = 1_000_000;
    public const int MaximumLabels = 64;

    /// <exception cref="FileContentError">It is not JSON, or a field breaks its rule.</exception>
    public static AddressLabels Read(ReadOnlyMemory<byte> utf8) => JsonFields.Read(utf8, Read);

    private static AddressLabels Read(JsonElement root) =>
        new(JsonFields.Of(JsonFields.WholeFile, root, MaximumAddresses).Select(static address => KeyValuePair.Create(address.Name, ReadLabels(address.Name, address.Value))));

    private static ImmutableDictionary<string, string> ReadLabels(string address, JsonElement element)
    {
        ImmutableDictionary<string, string>.Builder labels = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        string field = $"\"{address}\"";
        foreach ((string name, JsonElement value) in JsonFields.Of(field, element, MaximumLabels))
        {
            labels.Add(name, value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FileContentError($"{field} \"{name}\"", "must be a text"));
        }

        return labels.ToImmutable();
    }
}
