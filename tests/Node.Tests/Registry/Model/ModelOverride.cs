using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Overrides;

namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>What an operator shows instead of what was registered; null = as registered.</summary>
/// <param name="Client">Client instance id of the publication it was set for.</param>
/// <param name="Weight">Null = as registered.</param>
/// <param name="Enabled">Null = as registered.</param>
/// <param name="Metadata">One pair that is put over the registered ones; null = as registered.</param>
internal sealed record ModelOverride(int Client, double? Weight, bool? Enabled, string? Metadata)
{
    /// <summary>Since when its instance is gone; null = it is not.</summary>
    public int? GoneSince { get; set; }

    public ModelInstance Over(ModelInstance registered) => registered with
    {
        Weight = Weight ?? registered.Weight,
        Enabled = Enabled ?? registered.Enabled,
        Metadata = Metadata is null ? registered.Metadata : Merge(registered.Metadata, Metadata),
        Overridden = true,
    };

    /// <summary>The same for the node.</summary>
    public InstanceOverride ToOverride() => new()
    {
        Weight = Weight,
        Enabled = Enabled,
        Metadata = Metadata is null ? ServiceMetadata.NoData : ServiceMetadata.NoData.Add(Metadata.Split('=')[0], Metadata.Split('=')[1]),
    };

    // One key "m" registered at most, one key of "m" and "o" over it.
    private static string Merge(string registered, string over) =>
        registered.Length == 0 || registered[0] == over[0] ? over : $"{registered},{over}";
}
