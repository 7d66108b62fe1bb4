using FastRegistry.Registry.Services;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>One service and cluster text a datagram subscriber asked for. Guarded by its subscriber's gate.</summary>
/// <param name="clusters">As they were asked for.</param>
internal sealed class UdpSubscription(string clusters)
{
    public string Clusters { get; } = clusters;

    /// <summary>Set once it is in the registry.</summary>
    public Subscription? Registered { get; set; }

    /// <summary>The datagram that is not acknowledged yet; null = none.</summary>
    public PushDatagram? Pending { get; set; }

    /// <summary>Wheel time at which it was sent last.</summary>
    public long SentAt { get; set; }

    /// <summary>It was sent a second time.</summary>
    public bool IsRetried { get; set; }

    /// <summary>Neither datagram was acknowledged: nothing more is sent until it asks for the list again.</summary>
    public bool IsSilent { get; set; }
}
