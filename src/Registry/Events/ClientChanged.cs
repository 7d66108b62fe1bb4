using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>What a client publishes for a service has changed.</summary>
internal readonly record struct ClientChanged(ClientReference Client, ServiceKey Service) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientChanged;

    public EventDescription Describe() => new(Kind) { Client = Client, Service = Service };
}
