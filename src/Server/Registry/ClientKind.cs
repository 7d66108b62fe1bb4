namespace FastRegistry.Server.Registry;

/// <summary>How a client is attached.</summary>
internal enum ClientKind
{
    /// <summary>Its connection ends at this node; it is released with it.</summary>
    Native,

    /// <summary>An ip:port that was registered over HTTP; it lives until deregistered.</summary>
    IpPort,
}
