namespace FastRegistry.Registry.Metadata;

/// <summary>How persistent instances of a cluster are checked. The names are those of Nacos.</summary>
internal enum HealthCheckType
{
    /// <summary>A connection to the port succeeds.</summary>
    Tcp,

    /// <summary>A request is answered with the expected status.</summary>
    Http,

    /// <summary>A statement runs.</summary>
    MySql,

    /// <summary>Nobody checks: health is what is set.</summary>
    None,
}
