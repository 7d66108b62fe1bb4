using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>An instance a client publishes for a service.</summary>
/// <remarks>Guarded by its service's gate; <see cref="IndexInClient"/> by its client's gate.</remarks>
internal sealed class Publication
{
    public required RegistryClient Client { get; init; }

    public required Instance Instance { get; set; }

    /// <summary>When it was registered or last changed, Unix microseconds, unique on this node: the newest of an identity is listed.</summary>
    public long RegisteredAt { get; set; }

    /// <summary>The next older publication of the same identity; it waits and is listed when this one goes.</summary>
    public Publication? Waiting { get; set; }

    /// <summary>Position in the client's list for the service.</summary>
    public int IndexInClient { get; set; }

    /// <summary>Which attachment of the client named it last: those of an older session go when they are not named again.</summary>
    public int Attachment { get; set; }

    /// <summary>Number of the batch that named it last, so that a replacing batch finds what it did not name.</summary>
    public long Batch { get; set; }
}
