using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>An operator has set, changed or taken away what is shown instead of what was registered.</summary>
internal readonly record struct InstanceOverrideChanged(ServiceKey Service, InstanceIdentity Identity, bool IsSet, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.InstanceOverrideChanged;

    public EventDescription Describe() => new(Kind) { Service = Service, Instance = Identity, Revision = Revision, Reason = IsSet ? "Set" : "Removed" };
}
