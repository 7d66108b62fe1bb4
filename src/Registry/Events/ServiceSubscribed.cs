using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Events;

/// <summary>A session has subscribed to a service.</summary>
internal readonly record struct ServiceSubscribed(ServiceKey Service, long Session, ulong Subscription) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceSubscribed;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session };
}
