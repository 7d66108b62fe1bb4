using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Events;

/// <summary>Trace: a list is on its way to a subscriber.</summary>
internal readonly record struct PushSent(ServiceKey Service, long Session, ulong Subscription, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.PushSent;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session, Revision = Revision };
}
