using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>A client has registered an instance again with other values.</summary>
internal readonly record struct InstanceChanged(ServiceKey Service, Instance Instance, ClientReference Client, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.InstanceChanged;

    public EventDescription Describe() => new(Kind) { Service = Service, Instance = Instance.Identity, Client = Client, Revision = Revision };
}
