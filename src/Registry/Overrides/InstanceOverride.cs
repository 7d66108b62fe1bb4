using System.Collections.Immutable;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;

namespace FastRegistry.Registry.Overrides;

/// <summary>What an operator shows instead of what was registered. Immutable.</summary>
internal sealed record InstanceOverride
{
    /// <summary>0 … 10,000; null = as registered.</summary>
    public double? Weight { get; init; }

    /// <summary>Null = as registered.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Put over the registered metadata, key by key.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = Registry.Metadata.ServiceMetadata.NoData;

    /// <summary>Nothing differs from what is registered.</summary>
    public bool IsEmpty => Weight is null && Enabled is null && Metadata.IsEmpty;

    /// <summary>An instance as it is shown.</summary>
    public Instance Over(Instance registered) => registered.Overridden(Weight ?? registered.Weight, Enabled ?? registered.Enabled, Metadata.IsEmpty ? null : Merge(registered.ReadMetadata()));

    private ImmutableArray<KeyValuePair<string, string>> Merge(ImmutableArray<KeyValuePair<string, string>> registered)
    {
        ImmutableArray<KeyValuePair<string, string>>.Builder merged = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(registered.Length + Metadata.Count);
        foreach (KeyValuePair<string, string> own in registered)
        {
            merged.Add(Metadata.TryGetValue(own.Key, out string? value) ? KeyValuePair.Create(own.Key, value) : own);
        }

        foreach (KeyValuePair<string, string> over in Metadata)
        {
            if (!registered.Any(own => own.Key == over.Key))
            {
                merged.Add(over);
            }
        }

        return merged.DrainToImmutable();
    }
}
