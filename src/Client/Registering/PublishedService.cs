namespace FastRegistry.Client.Registering;

/// <summary>What this client wants to publish for one service. Guarded by the gate of its <see cref="RegistrationTable"/>.</summary>
internal sealed class PublishedService(ServiceKey key)
{
    public ServiceKey Key { get; } = key;

    /// <summary>What the server has acknowledged and the client keeps: the desired state after a reconnect.</summary>
    public Dictionary<InstanceIdentity, Instance> Kept { get; } = [];

    /// <summary>Registrations under way. While there are some, no replacement is sent: it would undo them.</summary>
    public int UnderWay { get; set; }

    /// <summary>Counts requests that were begun, to notice one that overtook a replacement.</summary>
    public long Begun { get; set; }

    /// <summary>The server may hold something else than <see cref="Kept"/>; a replacement mends it.</summary>
    public bool NeedsReplacement { get; set; }

    /// <summary>The replacement that was sent last and has no answer yet.</summary>
    public Replacement? Replacing { get; set; }

    /// <summary>The server refused <see cref="Kept"/> for good.</summary>
    public RegistryException? Failure { get; set; }

    public bool IsIdle => Kept.Count == 0 && UnderWay == 0 && !NeedsReplacement && Replacing is null && Failure is null;

    public RegistrationState State => Failure is not null ? RegistrationState.Failed
        : NeedsReplacement || Replacing is not null ? RegistrationState.Restoring
        : RegistrationState.Registered;
}
