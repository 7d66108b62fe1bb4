namespace FastRegistry.Registry.Events;

/// <summary>A client has connected again while its old session was still there: the new one speaks for everything it publishes.</summary>
internal readonly record struct ClientTakenOver(ClientReference Client, long OldSession, long Session) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientTakenOver;

    public EventDescription Describe() => new(Kind) { Client = Client, Session = Session, Text = $"from session {OldSession}" };
}
