namespace FastRegistry.Registry.Services;

/// <summary>What a registration did to the publication it names.</summary>
internal enum PublicationChange
{
    /// <summary>It is as it was.</summary>
    None,

    /// <summary>Its client did not publish it before.</summary>
    Added,

    /// <summary>It has other values now.</summary>
    Updated,
}
