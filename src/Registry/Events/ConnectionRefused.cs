using FastRegistry.Wire.Framing;

namespace FastRegistry.Registry.Events;

/// <summary>A connection was not let in.</summary>
internal readonly record struct ConnectionRefused(GoAwayReason Reason, string Text) : INodeEvent
{
    public static EventKind Kind => EventKind.ConnectionRefused;

    public EventDescription Describe() => new(Kind) { Reason = Reason.ToString(), Text = Text };
}
