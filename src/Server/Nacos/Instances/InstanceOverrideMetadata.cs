using System.Collections.Immutable;
using FastRegistry.Registry.Metadata;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>Metadata as overrides keep it.</summary>
internal static class InstanceOverrideMetadata
{
    public static ImmutableSortedDictionary<string, string> Of(IEnumerable<KeyValuePair<string, string>> metadata) => ServiceMetadata.NoData.SetItems(metadata);
}
