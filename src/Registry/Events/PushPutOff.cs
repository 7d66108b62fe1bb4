using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Events;

/// <summary>Trace: a subscriber is behind; it gets the newest list when it has drained.</summary>
internal readonly record struct PushPutOff(ServiceKey Service, long Session, ulong Subscription, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.PushPutOff;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session, Revision = Revision };
}
