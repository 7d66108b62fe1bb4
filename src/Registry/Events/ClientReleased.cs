namespace FastRegistry.Registry.Events;

/// <summary>A client is gone with everything it published.</summary>
internal readonly record struct ClientReleased(ClientReference Client, DeregisterReason Reason) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientReleased;

    public EventDescription Describe() => new(Kind) { Client = Client, Reason = Reason.ToString() };
}
