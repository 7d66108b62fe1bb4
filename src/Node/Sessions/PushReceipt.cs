using FastRegistry.Wire.Outbound;

namespace FastRegistry.Node.Sessions;

/// <summary>What became of a push.</summary>
/// <param name="Outcome">Whether it is on its way.</param>
/// <param name="Sequence">Its number on the connection; 0 = it has none, and no ack of it is awaited.</param>
/// <param name="AsksForAck">It asked to be acknowledged at once.</param>
internal readonly record struct PushReceipt(AppendOutcome Outcome, ulong Sequence = 0, bool AsksForAck = false);
