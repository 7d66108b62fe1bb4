namespace FastRegistry.Registry.Events;

/// <summary>A client has come: by the set-up of its connection, or by its first registration over HTTP (then without session and name).</summary>
internal readonly record struct ClientConnected(ClientReference Client, long Session, string Name, string Version) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientConnected;

    public EventDescription Describe() => new(Kind) { Client = Client, Session = Session, Text = CloseReasonText.OneLine(Name, Version) };
}
