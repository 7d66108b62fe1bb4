using FastRegistry.Wire.Transport;

namespace FastRegistry.Registry.Events;

/// <summary>The session that spoke for a client has ended and no other speaks for it.</summary>
internal readonly record struct ClientDisconnected(ClientReference Client, long Session, CloseReason Reason) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientDisconnected;

    public EventDescription Describe() => new(Kind) { Client = Client, Session = Session, Reason = CloseReasonText.WordOf(Reason), Text = CloseReasonText.TextOf(Reason) };
}
