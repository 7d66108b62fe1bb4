namespace FastRegistry.Registry.Metadata;

/// <summary>What the instances of a service live on. Fixed by the first use of its name, until the service disappears.</summary>
internal enum ServiceKind
{
    /// <summary>Its instances go with their client.</summary>
    Ephemeral,

    /// <summary>Its instances stay until they are deregistered.</summary>
    Persistent,
}
