using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>A client publishes an instance it did not publish before.</summary>
internal readonly record struct InstanceRegistered(ServiceKey Service, Instance Instance, ClientReference Client, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.InstanceRegistered;

    public EventDescription Describe() => new(Kind) { Service = Service, Instance = Instance.Identity, Client = Client, Revision = Revision };
}
