using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Events;

/// <summary>Trace: no stream can carry the list; the subscriber keeps the one it has.</summary>
internal readonly record struct PushTooLarge(ServiceKey Service, long Session, ulong Subscription, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.PushTooLarge;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session, Revision = Revision };
}
