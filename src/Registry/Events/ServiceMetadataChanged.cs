using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>What is set for a service by hand has changed.</summary>
internal readonly record struct ServiceMetadataChanged(ServiceKey Service, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceMetadataChanged;

    public EventDescription Describe() => new(Kind) { Service = Service, Revision = Revision };
}
