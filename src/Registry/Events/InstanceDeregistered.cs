using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>A client does not publish an instance any more. Exactly once for each that was registered.</summary>
internal readonly record struct InstanceDeregistered(ServiceKey Service, Instance Instance, ClientReference Client, long Revision, DeregisterReason Reason) : INodeEvent
{
    public static EventKind Kind => EventKind.InstanceDeregistered;

    public EventDescription Describe() => new(Kind) { Service = Service, Instance = Instance.Identity, Client = Client, Revision = Revision, Reason = Reason.ToString() };
}
