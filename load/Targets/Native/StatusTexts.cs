using System.Buffers;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Native;

/// <summary>The texts under which what goes wrong is counted. Constant or made once, because an overloaded server refuses very many requests.</summary>
internal static class StatusTexts
{
    public const string TooManyOutstanding = "too many outstanding";
    public const string TooManySubscriptions = "too many subscriptions";
    public const string NotSubscribed = "not subscribed";
    public const string MalformedAnswer = "malformed answer";
    public const string MalformedSetup = "set-up: malformed answer";

    /// <summary>Builds from before protocol 1 was complete announce no limits; with one of those nothing behind the set-up would work.</summary>
    public const string OtherProtocol = "set-up: the server announces no limits; it is a build from before protocol 1 was complete";

    private static readonly string[] Refusals = [.. Enum.GetValues<ErrorCode>().Select(static code => $"refused: {code}")];

    /// <summary>What a refused request is counted as. An unknown code counts as Internal, as the protocol has it.</summary>
    public static string OfRefusal(in ReadOnlySequence<byte> errorReply) => CodeOf(errorReply) is { } code ? Refusals[(int)code] : MalformedAnswer;

    public static string OfRefusedSetup(in ReadOnlySequence<byte> errorReply) =>
        CodeOf(errorReply) is { } code ? $"set-up refused: {code}" : MalformedSetup;

    /// <summary>By the first subscription that is named.</summary>
    public static string OfRefusedSubscription(in ReadOnlySequence<byte> subscribeReply)
    {
        try
        {
            SubscribeReply reply = SubscribeReply.Parser.ParseFrom(subscribeReply);
            return reply.Refused is [{ Error: { } error }, ..] ? Refusals[(int)CodeOf(error)] : MalformedAnswer;
        }
        catch (InvalidProtocolBufferException)
        {
            return MalformedAnswer;
        }
    }

    public static string OfEndedSubscription(in ReadOnlySequence<byte> ended)
    {
        try
        {
            return SubscriptionEnded.Parser.ParseFrom(ended).Error is { } error ? $"subscription ended: {CodeOf(error)}" : "subscription ended";
        }
        catch (InvalidProtocolBufferException)
        {
            return "subscription ended";
        }
    }

    /// <summary>Without the reason's text: it may hold numbers and addresses.</summary>
    public static string OfClose(CloseReason reason) => reason.Kind switch
    {
        CloseKind.GoAwayReceived => $"goaway: {reason.GoAway}",
        CloseKind.GoAwaySent => $"sent goaway: {reason.GoAway}",
        _ => $"connection: {reason.Kind}",
    };

    private static ErrorCode? CodeOf(in ReadOnlySequence<byte> errorReply)
    {
        try
        {
            return CodeOf(ErrorReply.Parser.ParseFrom(errorReply));
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static ErrorCode CodeOf(ErrorReply error) => error.Code < (uint)Refusals.Length ? (ErrorCode)error.Code : ErrorCode.Internal;
}
