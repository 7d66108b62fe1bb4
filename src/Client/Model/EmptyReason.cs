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
