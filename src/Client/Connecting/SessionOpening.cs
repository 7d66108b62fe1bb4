using System.Collections.Immutable;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Connecting;

/// <summary>What became of an attempt to connect.</summary>
/// <param name="Session">The session, when it worked.</param>
/// <param name="Reply">The server's answer to the set-up, when it worked.</param>
/// <param name="Text">Why it did not.</param>
/// <param name="SentAway">The goaway the server said instead of an answer; null = none.</param>
/// <param name="IsMismatch">Time does not mend it.</param>
internal readonly record struct SessionOpening(ServerSession? Session, SetupReply? Reply, string Text, SessionEnd? SentAway = null, bool IsMismatch = false)
{
    /// <summary>Where the server that refused wants the client to go.</summary>
    public ImmutableArray<string> Addresses => SentAway?.Addresses ?? [];
}
