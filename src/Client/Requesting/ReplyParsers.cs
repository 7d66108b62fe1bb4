using System.Buffers;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Client.Requesting;

/// <summary>Parsers of answers as delegates that are made once.</summary>
internal static class ReplyParsers
{
    public static readonly Func<ReadOnlySequence<byte>, IMessage> Register = RegisterReply.Parser.ParseFrom;
    public static readonly Func<ReadOnlySequence<byte>, IMessage> Deregister = DeregisterReply.Parser.ParseFrom;
    public static readonly Func<ReadOnlySequence<byte>, IMessage> Snapshot = Wire.Messages.Snapshot.Parser.ParseFrom;
    public static readonly Func<ReadOnlySequence<byte>, IMessage> Unsubscribe = UnsubscribeReply.Parser.ParseFrom;
    public static readonly Func<ReadOnlySequence<byte>, IMessage> ListServices = ListServicesReply.Parser.ParseFrom;
}
