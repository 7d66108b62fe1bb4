namespace FastRegistry.Registry.Events;

/// <summary>Why an instance left the registry.</summary>
internal enum DeregisterReason
{
    /// <summary>Its client asked for it.</summary>
    Request,

    /// <summary>A replacing batch of its client did not name it.</summary>
    Replaced,

    /// <summary>Its client said goodbye.</summary>
    ClientLeft,

    /// <summary>The connection of its client ended without a goodbye, or was ended by the node.</summary>
    ConnectionLost,

    /// <summary>Another session had taken its client over and did not name it again in time.</summary>
    NotReaffirmed,

    /// <summary>Its client was lost in a pause of the node and did not come back in time.</summary>
    NotReturned,

    /// <summary>Its ip:port client was not heard of for the time it set.</summary>
    BeatsMissed,
}
