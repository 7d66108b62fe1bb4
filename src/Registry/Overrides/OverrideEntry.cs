using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Overrides;

/// <summary>An override at one identity of a service, with whose instance it is and since when that is gone.</summary>
/// <remarks>Guarded by the service's gate.</remarks>
internal sealed class OverrideEntry(InstanceOverride value, RegistryClient client, Instance registered)
{
    private readonly ClientKey _owner = client.Key;
    private readonly bool _comparesMetadata = client.Kind is ClientKind.IpPort or ClientKind.PersistentIpPort;
    private Instance _registered = registered;
    private Instance? _shown;

    public InstanceOverride Value { get; private set; } = value;

    /// <summary>Wheel time since which nothing is published under the identity; -1 = something is.</summary>
    public long GoneSince { get; set; } = -1;

    /// <summary>It is in the queue of overrides to expire.</summary>
    public bool IsQueued { get; set; }

    /// <summary>It was taken out of its service.</summary>
    public bool IsDropped { get; set; }

    public void Replace(InstanceOverride value)
    {
        Value = value;
        _shown = null;
    }

    /// <summary>The instance with the override over it; made once per registration, so that its encoded form is shared.</summary>
    public Instance Show(Instance registered)
    {
        if (_shown is null || !ReferenceEquals(_registered, registered))
        {
            _registered = registered;
            _shown = Value.Over(registered);
        }

        return _shown;
    }

    /// <summary>Whether it goes on for a publication that is listed now: the same client instance id, or the same ip and port with unchanged metadata. An
    /// ip and port may be another process after a restart; metadata is all there is to tell.</summary>
    public bool HoldsFor(Publication publication) =>
        publication.Client.Key == _owner
        && (!_comparesMetadata || publication.Instance.HasMetadataOf(_registered));
}
