using FastRegistry.Wire.Transport;

namespace FastRegistry.Registry.Events;

/// <summary>A connection that was let in has ended, set up or not.</summary>
internal readonly record struct ConnectionClosed(long Session, CloseReason Reason) : INodeEvent
{
    public static EventKind Kind => EventKind.ConnectionClosed;

    public EventDescription Describe() => new(Kind) { Session = Session, Reason = CloseReasonText.WordOf(Reason), Text = CloseReasonText.TextOf(Reason) };
}
