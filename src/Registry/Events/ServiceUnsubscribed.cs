using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Events;

/// <summary>A subscription has ended: on request, or with its session.</summary>
internal readonly record struct ServiceUnsubscribed(ServiceKey Service, long Session, ulong Subscription) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceUnsubscribed;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session };
}
