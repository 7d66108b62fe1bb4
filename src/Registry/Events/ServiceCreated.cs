using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>A service is known from now on.</summary>
internal readonly record struct ServiceCreated(ServiceKey Service) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceCreated;

    public EventDescription Describe() => new(Kind) { Service = Service };
}
