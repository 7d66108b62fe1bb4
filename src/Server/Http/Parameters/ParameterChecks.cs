namespace FastRegistry.Server.Http.Parameters;

/// <summary>Which parameters the parameter check looks at: a set per family of endpoints, as in Nacos.</summary>
internal enum ParameterChecks
{
    /// <summary>None.</summary>
    None,

    /// <summary>Namespace, service, group, cluster, ip, port, metadata.</summary>
    Naming,

    /// <summary>Namespace, service, group, <c>clusters</c>.</summary>
    List,

    /// <summary>Namespace, service, group, ip, port; the endpoint checks those inside the beat.</summary>
    Beat,

    /// <summary>Namespace, service, group, metadata; the endpoint checks those of each element of <c>instances</c>.</summary>
    MetadataBatch,

    /// <summary>Namespace and its name for people.</summary>
    Console,
}
