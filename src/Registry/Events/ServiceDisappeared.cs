using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>A service had neither instances nor subscribers for long and was forgotten.</summary>
internal readonly record struct ServiceDisappeared(ServiceKey Service) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceDisappeared;

    public EventDescription Describe() => new(Kind) { Service = Service };
}
