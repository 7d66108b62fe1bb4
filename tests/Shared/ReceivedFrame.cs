using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Tests;

/// <summary>A frame that a peer sent, copied out of its buffer; a stream of chunks appears as the frame it was.</summary>
/// <param name="Header">The header.</param>
/// <param name="Body">The body.</param>
internal sealed partial record ReceivedFrame(FrameHeader Header, byte[] Body)
{
    /// <summary>Of a push: its number on the connection, from 1, in the order in which pushes were complete. 0 = not a push.</summary>
    public ulong PushNumber { get; init; }

    public FrameKind Kind => Header.Kind;

    public MessageType Type => Header.Type;

    public ulong CorrelationId => Header.CorrelationId;

    public bool IsError => (Header.Flags & FrameFlags.Error) != 0;

    public ErrorReply Error
    {
        get
        {
            Assert.True(IsError, $"expected an error, got {Header}");
            return ErrorReply.Parser.ParseFrom(Body);
        }
    }

    public GoAway GoAway
    {
        get
        {
            Assert.Equal(FrameKind.GoAway, Kind);
            return Wire.Messages.GoAway.Parser.ParseFrom(Body);
        }
    }

    public PushPrefix PushPrefix
    {
        get
        {
            Assert.Equal(FrameKind.Push, Kind);
            return Wire.Framing.PushPrefix.Read(Body);
        }
    }

    public bool AsksForAck => (Header.Flags & FrameFlags.AckNow) != 0;

    public SnapshotUnchanged PushedUnchanged => PushedAs(MessageType.UnchangedPush, SnapshotUnchanged.Parser);

    public SubscriptionEnded PushedEnd => PushedAs(MessageType.EndedPush, SubscriptionEnded.Parser);

    public NodeInfo PushedNodeInfo => PushedAs(MessageType.NodeInfoPush, NodeInfo.Parser);

    public Snapshot Pushed
    {
        get
        {
            Assert.Equal((FrameKind.Push, MessageType.SnapshotPush), (Kind, Header.Type));
            return Snapshot.Parser.ParseFrom(Body.AsSpan(Wire.Framing.PushPrefix.Size));
        }
    }

    public SnapshotDelta PushedDelta
    {
        get
        {
            Assert.Equal((FrameKind.Push, MessageType.DeltaPush), (Kind, Header.Type));
            return SnapshotDelta.Parser.ParseFrom(Body.AsSpan(Wire.Framing.PushPrefix.Size));
        }
    }

    public T Answer<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        Assert.Equal(FrameKind.Response, Kind);
        Assert.False(IsError, IsError ? Error.ToString() : "");
        return parser.ParseFrom(Body);
    }

    private T PushedAs<T>(MessageType type, MessageParser<T> parser)
        where T : IMessage<T>
    {
        Assert.Equal((FrameKind.Push, type), (Kind, Header.Type));
        return parser.ParseFrom(Body.AsSpan(Wire.Framing.PushPrefix.Size));
    }

    public T Parse<T>()
        where T : IMessage<T>, new() => new MessageParser<T>(static () => new T()).ParseFrom(Body);
}
