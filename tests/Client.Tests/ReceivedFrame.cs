using FastRegistry.Wire.Framing;
using Google.Protobuf;

namespace FastRegistry.Client.Tests;

/// <summary>A frame the scripted server received, copied out of its buffer.</summary>
internal sealed record ReceivedFrame(FrameHeader Header, byte[] Body, ulong Acknowledged, ServerEnd On)
{
    public FrameKind Kind => Header.Kind;

    public MessageType Type => Header.Type;

    public T Parse<T>()
        where T : IMessage<T>, new() => new MessageParser<T>(static () => new T()).ParseFrom(Body);
}
