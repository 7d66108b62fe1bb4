using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Connecting;

/// <summary>What became of an attempt to connect.</summary>
/// <param name="Session">The session, when it worked.</param>
/// <param name="Reply">The server's answer to the set-up, when it worked.</param>
/// <param name="Text">Why it did not.</param>
/// <param name="IsMismatch">Time does not mend it.</param>
internal readonly record struct SessionOpening(ServerSession? Session, SetupReply? Reply, string Text, bool IsMismatch = false);
