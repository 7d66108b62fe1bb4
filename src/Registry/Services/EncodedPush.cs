using FastRegistry.Wire.Framing;

namespace FastRegistry.Registry.Services;

/// <summary>What a push holds behind its prefix. The body is shared by all receivers and never changed.</summary>
/// <param name="Type"><see cref="MessageType.SnapshotPush"/> or <see cref="MessageType.DeltaPush"/>.</param>
/// <param name="Body">The protobuf message.</param>
/// <param name="AsksForAck">It asks to be acknowledged at once.</param>
internal readonly record struct EncodedPush(MessageType Type, byte[] Body, bool AsksForAck = false);
