using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Targets.Native;

/// <summary>A request of the FastRegistry protocol: its type and its encoded body. The frame's header differs from one sending to the next.</summary>
internal sealed class NativeRequest(MessageType type, byte[] body) : PreparedRequest
{
    public MessageType Type { get; } = type;

    /// <summary>Must not be changed: sends may link it by reference.</summary>
    public byte[] Body { get; } = body;
}
