using System.Collections.Immutable;

namespace FastRegistry.Client;

/// <summary>Why a service has no instance.</summary>
public enum EmptyReason
{
    /// <summary>It has one, or only the subscriber's selector hides them all.</summary>
    NotEmpty = 0,

    /// <summary>Nobody has registered it since the server started.</summary>
    NeverSeen = 1,

    /// <summary>The last instance was deregistered.</summary>
    Deregistered = 2,

    /// <summary>The last instance went with its connection.</summary>
    Lost = 3,
}

/// <summary>Version of a list. Revisions compare within one epoch, that is one life of one server; between epochs there is no order.</summary>
/// <param name="Node">The server.</param>
/// <param name="Incarnation">Which of its lives.</param>
/// <param name="Revision">Grows with every change.</param>
public readonly record struct ServiceVersion(ulong Node, ulong Incarnation, ulong Revision)
{
    internal bool IsSameEpoch(ServiceVersion other) => Node == other.Node && Incarnation == other.Incarnation;
}

/// <summary>What a subscriber is told: the list now, and how it differs from the one it was told before.</summary>
public sealed record ServiceChange
{
    /// <summary>The service, as the subscriber named it.</summary>
    public required ServiceKey Service { get; init; }

    /// <summary>All instances the subscriber's selector shows.</summary>
    public required ImmutableArray<Instance> Instances { get; init; }

    /// <summary>Those that were not in the list before. In the first change, all of them.</summary>
    public ImmutableArray<Instance> Added { get; init; } = [];

    /// <summary>Those that are gone.</summary>
    public ImmutableArray<Instance> Removed { get; init; } = [];

    /// <summary>Those that are still there with other properties, as they are now.</summary>
    public ImmutableArray<Instance> Modified { get; init; } = [];

    /// <summary>The server has just started and may not know everybody yet: the list was added to and nothing was taken away.</summary>
    public bool IsProvisional { get; init; }

    /// <summary>Too few instances are healthy (protection threshold of the service): the server lists all of them, and as healthy.</summary>
    public bool ProtectionReached { get; init; }

    /// <summary>Why the service has no instance at all.</summary>
    public EmptyReason EmptyReason { get; init; }

    /// <summary>Version of the list. Versions a slow subscriber did not see are merged into one change.</summary>
    public ServiceVersion Version { get; init; }
}
