using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Sessions;

/// <summary>A session that is to leave, and what it is told.</summary>
/// <param name="Session">Set up when it was chosen.</param>
/// <param name="Reason">The goaway's reason.</param>
/// <param name="Text">For people.</param>
internal readonly record struct Departure(ClientSession Session, GoAwayReason Reason, string Text);
