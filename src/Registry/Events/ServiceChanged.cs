using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>The list of a service has changed: readers see another revision.</summary>
internal readonly record struct ServiceChanged(ServiceKey Service, long Revision, int Instances) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceChanged;

    public EventDescription Describe() => new(Kind) { Service = Service, Revision = Revision };
}
