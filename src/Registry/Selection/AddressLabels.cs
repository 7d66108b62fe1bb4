using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FastRegistry.Registry.Selection;

/// <summary>Labels by address, for selectors of type <c>label</c>. Immutable; replaced as a whole.</summary>
/// <remarks>What Nacos asks of a CMDB plugin. Without labels a selector changes nothing.</remarks>
internal sealed class AddressLabels(IEnumerable<KeyValuePair<string, ImmutableDictionary<string, string>>> labels)
{
    private readonly FrozenDictionary<string, ImmutableDictionary<string, string>> _labels = labels.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>No address has labels.</summary>
    public static AddressLabels None { get; } = new([]);

    public int Count => _labels.Count;

    /// <summary>Null when nothing is known of the address.</summary>
    public ImmutableDictionary<string, string>? Of(string address) => _labels.GetValueOrDefault(address);
}
