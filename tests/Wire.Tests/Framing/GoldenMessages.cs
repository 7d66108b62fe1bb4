using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Wire.Tests.Framing;

/// <summary>What a golden frame with a message says.</summary>
internal sealed record GoldenMessage(
    string Name, FrameKind Kind, FrameFlags Flags, MessageType Type, ulong CorrelationId, IMessage Message, long ChangedAtMicroseconds = 0);

/// <summary>The messages of the golden frames, made with the generated classes; the vectors were not.</summary>
internal static class GoldenMessages
{
    public const long ChangedAt = 1_700_000_000_000_000;

    // Generation and slot of the calls whose ids are not simply counted.
    private const ulong Register = (7UL << 32) | 3;

    private const ulong Subscription = 77;

    private static readonly Epoch Epoch = new() { Node = 1, Incarnation = 2 };
    private static readonly Instance One = new() { Ip = "10.0.0.1", Port = 8080 };
    private static readonly Instance Two = new() { Ip = "10.0.0.2", Port = 8080 };
    private static readonly InstanceKey KeyOfOne = new() { Ip = "10.0.0.1", Port = 8080 };

    public static GoldenMessage[] All { get; } = [.. Session(), .. Others()];

    private static IEnumerable<GoldenMessage> Session() =>
    [
        Request(nameof(GoldenVectors.SetupRequestFrame), MessageType.Setup, 1, new SetupRequest
        {
            ClientName = "orders",
            ClientInstanceId = ByteString.CopyFrom([.. Enumerable.Range(0, 16).Select(i => (byte)i)]),
            ConnectionNumber = 1,
            Limits = new Limits { Streams = 16, StreamBytes = 256 * 1024 * 1024, StreamCreditBytes = 256 * 1024 },
        }),
        Response(nameof(GoldenVectors.SetupReplyFrame), MessageType.Setup, 1, new SetupReply
        {
            Epoch = Epoch,
            SeesMajority = true,
            ClientAddresses = { "127.0.0.1:7848" },
            ServerName = "n1",
            ServerVersion = "0.1.0",
            IdleProbeMilliseconds = 20_000,
            Limits = new Limits
            {
                OutstandingRequests = 1_024,
                RequestBytes = 1024 * 1024,
                Subscriptions = 10_000,
                Publications = 100_000,
                Streams = 16,
                StreamBytes = 256 * 1024 * 1024,
                StreamCreditBytes = 256 * 1024,
            },
        }),
        Request(nameof(GoldenVectors.SubscribeRequestFrame), MessageType.Subscribe, 2, new SubscribeRequest
        {
            Subscriptions = { new Subscription { Id = Subscription, Name = "pay" }, new Subscription { Id = 78 } },
        }),
        Response(nameof(GoldenVectors.SubscribeReplyFrame), MessageType.Subscribe, 2, new SubscribeReply
        {
            Refused = { new RefusedSubscription { Index = 1, Error = Error(ErrorCode.InvalidArgument, "subscriptions[1].name", "name is required") } },
        }),
        Push(nameof(GoldenVectors.FirstPushFrame), MessageType.SnapshotPush, 0, new Snapshot
        {
            Namespace = "public",
            Group = "DEFAULT_GROUP",
            Name = "pay",
            Epoch = Epoch,
            EmptyReason = EmptyReason.NeverSeen,
        }) with { Flags = FrameFlags.AckNow },
        OfRegister(nameof(GoldenVectors.RegisterRequestFrame), FrameKind.Request, FrameFlags.None, new RegisterRequest { Name = "pay", Instance = One }),
        OfRegister(nameof(GoldenVectors.RegisterReplyFrame), FrameKind.Response, FrameFlags.None, new RegisterReply { Revision = 1, Changed = true }),
        Push(nameof(GoldenVectors.SnapshotPushFrame), MessageType.SnapshotPush, ChangedAt, new Snapshot
        {
            Namespace = "public",
            Group = "DEFAULT_GROUP",
            Name = "pay",
            Epoch = Epoch,
            Revision = 1,
            Instances = { One },
        }),
        Request(nameof(GoldenVectors.DeregisterRequestFrame), MessageType.Deregister, 3, new DeregisterRequest { Name = "pay", Keys = { KeyOfOne } }),
        Response(nameof(GoldenVectors.DeregisterReplyFrame), MessageType.Deregister, 3, new DeregisterReply { Revision = 2, Removed = 1 }),
        Push(nameof(GoldenVectors.EmptiedPushFrame), MessageType.SnapshotPush, ChangedAt, new Snapshot
        {
            Namespace = "public",
            Group = "DEFAULT_GROUP",
            Name = "pay",
            Epoch = Epoch,
            Revision = 2,
            EmptyReason = EmptyReason.Deregistered,
        }),
        Request(nameof(GoldenVectors.UnsubscribeRequestFrame), MessageType.Unsubscribe, 4, new UnsubscribeRequest { SubscriptionId = Subscription }),
        Response(nameof(GoldenVectors.UnsubscribeReplyFrame), MessageType.Unsubscribe, 4, new UnsubscribeReply { Removed = true }),
        GoAway(nameof(GoldenVectors.ClientClosingFrame), new GoAway { Reason = (uint)GoAwayReason.ClientClosing }),
    ];

    private static IEnumerable<GoldenMessage> Others() =>
    [
        OfRegister(
            nameof(GoldenVectors.ErrorResponseFrame), FrameKind.Response, FrameFlags.Error, Error(ErrorCode.InvalidArgument, "port", "0 is no port")),
        OfRegister(
            nameof(GoldenVectors.OverloadedResponseFrame), FrameKind.Response, FrameFlags.Error,
            new ErrorReply { Code = (uint)ErrorCode.Overloaded, Text = "busy", Retryable = true, RetryAfterMilliseconds = 500 }),
        Request(nameof(GoldenVectors.BatchRegisterPartFrame), MessageType.BatchRegister, 5, new BatchRegisterRequest
        {
            Name = "pay",
            Instances = { new Instance { Ip = "10.0.0.1", Port = 8080, Healthy = false, Enabled = false } },
            Replace = true,
            Set = 5,
            More = true,
        }),
        Request(nameof(GoldenVectors.BatchRegisterLastPartFrame), MessageType.BatchRegister, 6, new BatchRegisterRequest
        {
            Name = "pay",
            Instances = { Two },
            Replace = true,
            Set = 5,
        }),
        Response(nameof(GoldenVectors.BatchRegisterReplyFrame), MessageType.BatchRegister, 6, new RegisterReply { Revision = 2, Changed = true }),
        Request(nameof(GoldenVectors.QueryRequestFrame), MessageType.Query, 8, new QueryRequest
        {
            Name = "pay",
            Clusters = { "east", "west" },
            HealthyOnly = true,
        }),
        Response(nameof(GoldenVectors.QueryReplyFrame), MessageType.Query, 8, new Snapshot
        {
            Namespace = "public",
            Group = "DEFAULT_GROUP",
            Name = "pay",
            Epoch = Epoch,
            Revision = 7,
            ProtectionReached = true,
            Instances =
            {
                new Instance
                {
                    Ip = "10.0.0.1",
                    Port = 8080,
                    Weight = 2.5,
                    Cluster = "east",
                    Metadata = { new Label { Key = "zone", Value = "a" } },
                    InstanceId = "pay-1",
                    Overridden = true,
                },
            },
        }),
        Request(nameof(GoldenVectors.ListServicesRequestFrame), MessageType.ListServices, 9, new ListServicesRequest { PageNumber = 2, PageSize = 10 }),
        Response(nameof(GoldenVectors.ListServicesReplyFrame), MessageType.ListServices, 9, new ListServicesReply { Total = 12, Names = { "pay", "stock" } }),
        Push(nameof(GoldenVectors.DeltaPushFrame), MessageType.DeltaPush, ChangedAt, new SnapshotDelta
        {
            Name = "pay",
            Epoch = Epoch,
            BaseRevision = 7,
            Revision = 9,
            Upserted = { Two },
            Removed = { KeyOfOne },
        }),
        Request(nameof(GoldenVectors.ResumeRequestFrame), MessageType.Subscribe, 10, new SubscribeRequest
        {
            Subscriptions =
            {
                new Subscription
                {
                    Id = Subscription,
                    Name = "pay",
                    Held = new HeldList { Epoch = Epoch, Revision = 7, Count = 1, Digest = ListDigest.OfInstance(One.ToByteArray()) },
                },
            },
        }),
        Response(nameof(GoldenVectors.AllInPlaceReplyFrame), MessageType.Subscribe, 10, new SubscribeReply()),
        Push(nameof(GoldenVectors.UnchangedPushFrame), MessageType.UnchangedPush, 0, new SnapshotUnchanged
        {
            Epoch = new Epoch { Node = 1, Incarnation = 3 },
            Revision = 1,
            Provisional = true,
        }),
        Push(nameof(GoldenVectors.EndedPushFrame), MessageType.EndedPush, 0, new SubscriptionEnded
        {
            Error = Error(ErrorCode.LimitExceeded, "", "list too large"),
        }),
        Push(nameof(GoldenVectors.NodeInfoPushFrame), MessageType.NodeInfoPush, 0, new NodeInfo
        {
            SeesMajority = true,
            ClientAddresses = { "127.0.0.1:7848", "127.0.0.2:7848" },
        }) with { CorrelationId = 0 },
        Request(nameof(GoldenVectors.AuthenticateRequestFrame), MessageType.Authenticate, 11, new AuthenticateRequest
        {
            Credentials = { new Label { Key = "token", Value = "t" } },
        }),
        Response(nameof(GoldenVectors.AuthenticateRefusedFrame), MessageType.Authenticate, 11, Error(ErrorCode.NotSupported, "", "this version has no authentication")) with
        {
            Flags = FrameFlags.Error,
        },
        GoAway(nameof(GoldenVectors.GoAwayFrame), new GoAway { Reason = (uint)GoAwayReason.Stopping, Text = "bye", Addresses = { "127.0.0.2:7848" } }),
        GoAway(nameof(GoldenVectors.ClientMovedFrame), new GoAway { Reason = (uint)GoAwayReason.ClientMoved }),
    ];

    private static ErrorReply Error(ErrorCode code, string field, string text) => new() { Code = (uint)code, Field = field, Text = text };

    private static GoldenMessage Request(string name, MessageType type, uint generation, IMessage message) =>
        new(name, FrameKind.Request, FrameFlags.None, type, (ulong)generation << 32, message);

    private static GoldenMessage Response(string name, MessageType type, uint generation, IMessage message) =>
        new(name, FrameKind.Response, FrameFlags.None, type, (ulong)generation << 32, message);

    private static GoldenMessage OfRegister(string name, FrameKind kind, FrameFlags flags, IMessage message) =>
        new(name, kind, flags, MessageType.Register, Register, message);

    private static GoldenMessage Push(string name, MessageType type, long changedAt, IMessage message) =>
        new(name, FrameKind.Push, FrameFlags.None, type, Subscription, message, changedAt);

    private static GoldenMessage GoAway(string name, IMessage message) => new(name, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, message);
}
