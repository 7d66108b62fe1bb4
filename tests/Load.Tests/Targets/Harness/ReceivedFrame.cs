using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Tests.Targets.Harness;

/// <summary>A frame the client under test has sent, with the ack it carried; 0 = none.</summary>
internal sealed record ReceivedFrame(FrameHeader Header, ulong Acknowledged, byte[] Body);
