namespace FastRegistry.Server.Http.Instances;

/// <summary>Body of <c>GET /nacos/v1/ns/instance/list</c>.</summary>
/// <param name="Name"><c>group@@service</c>.</param>
/// <param name="GroupName">The group.</param>
/// <param name="Clusters">The clusters that were asked for, as they were asked for.</param>
/// <param name="CacheMillis">After how long the client should ask again, milliseconds.</param>
/// <param name="Hosts">The instances.</param>
/// <param name="LastRefTime">Time of the answer, Unix milliseconds.</param>
/// <param name="Checksum">Always empty.</param>
/// <param name="AllIPs">Always false.</param>
/// <param name="ReachProtectionThreshold">Unhealthy instances are listed as healthy; not in this version.</param>
/// <param name="Valid">Always true.</param>
internal sealed record ServiceListBody(
    string Name,
    string GroupName,
    string Clusters,
    long CacheMillis,
    IReadOnlyList<InstanceBody> Hosts,
    long LastRefTime,
    string Checksum,
    bool AllIPs,
    bool ReachProtectionThreshold,
    bool Valid);
