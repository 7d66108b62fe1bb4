using System.Collections.Immutable;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Client.Connecting;

/// <summary>Why a session is of no more use: a goaway or the loss of the connection.</summary>
/// <param name="Reason">The goaway's reason; <see cref="GoAwayReason.None"/> for a loss.</param>
/// <param name="Text">For people.</param>
/// <param name="Addresses">Where the server wants the client to go.</param>
internal sealed record SessionEnd(GoAwayReason Reason, string Text, ImmutableArray<string> Addresses)
{
    /// <summary>Time does not mend it: client and server do not fit together.</summary>
    public bool IsMismatch => Reason is GoAwayReason.UnsupportedVersion or GoAwayReason.BadPreface or GoAwayReason.MissingCapability;

    /// <summary>The server is fine and wants the client elsewhere, or is about to stop in good order.</summary>
    public bool PointsElsewhere => Reason is GoAwayReason.Stopping or GoAwayReason.Move or GoAwayReason.NoMajority or GoAwayReason.LimitExceeded;
}
