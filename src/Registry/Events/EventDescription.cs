using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>An event in the form that all types share, for those who tell it on: log, ring, operator's call.</summary>
/// <param name="Kind">Its type.</param>
internal readonly record struct EventDescription(EventKind Kind)
{
    // The struct itself and the objects around its strings.
    private const int FixedBytes = 320;

    public ServiceKey? Service { get; init; }

    public ClientReference Client { get; init; }

    /// <summary>Null where no instance is concerned.</summary>
    public InstanceIdentity? Instance { get; init; }

    /// <summary>A word.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Further words, for people.</summary>
    public string Text { get; init; } = "";

    /// <summary>Number of the session; 0 = none.</summary>
    public long Session { get; init; }

    /// <summary>Revision of the service afterwards; 0 = none.</summary>
    public long Revision { get; init; }

    /// <summary>Upper estimate of the memory it keeps alive.</summary>
    public int Bytes => FixedBytes
        + (Service is { } key ? 2 * (key.Namespace.Length + key.Group.Length + key.Name.Length) + key.Utf8.Length : 0)
        + (Instance is { } instance ? 2 * (instance.Cluster.Length + instance.Ip.Length) : 0)
        + (2 * ((Client.Id?.Length ?? 0) + Text.Length));
}
