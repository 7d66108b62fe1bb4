namespace FastRegistry.Registry.Services;

/// <summary>Why a service has no instance.</summary>
internal enum EmptyCause
{
    /// <summary>Nobody registered one since the node started, or since the service was forgotten.</summary>
    NeverSeen = 1,

    /// <summary>The last one was deregistered.</summary>
    Deregistered = 2,

    /// <summary>The last one went with its connection.</summary>
    Lost = 3,
}
