namespace FastRegistry.Wire.Tests.Framing;

/// <summary>The bytes of version 1, as <c>docs/protocol.md</c> quotes them. Written down, not computed: a change here is a change of the protocol.</summary>
internal static class GoldenVectors
{
    // Preface, header and bodies of fixed size.

    /// <summary>"FREG", version 1, three reserved bytes.</summary>
    public const string Preface = "46 52 45 47 01 00 00 00";

    /// <summary>Body of 258 bytes, request, flags AckNow and Skippable, type Register, slot 3 of generation 7.</summary>
    public const string Header = "02 01 00 00 01 01 84 02 03 00 00 00 07 00 00 00";

    /// <summary>0x1122334455667788 pushes were taken in.</summary>
    public const string AckBody = "88 77 66 55 44 33 22 11";

    /// <summary>Token 0x0102030405060708.</summary>
    public const string PingBody = "08 07 06 05 04 03 02 01";

    /// <summary>Token 0x0102030405060708.</summary>
    public const string PongBody = "08 07 06 05 04 03 02 01";

    /// <summary>Token 0x0102030405060708.</summary>
    public const string ProbeBody = "08 07 06 05 04 03 02 01";

    /// <summary>Stream 3, 131,072 bytes more.</summary>
    public const string CreditBody = "03 00 00 00 00 00 02 00";

    /// <summary>Stream 3, code 1: Unsubscribed.</summary>
    public const string StreamResetBody = "03 00 00 00 01 00 00 00";

    /// <summary>Changed one microsecond before 1970.</summary>
    public const string PushPrefix = "FF FF FF FF FF FF FF FF";

    /// <summary>Stream 3, push, flag AckNow, type SnapshotPush, 1 MiB in total.</summary>
    public const string ChunkPrefix = "03 00 00 00 03 04 20 00 00 00 10 00 00 00 00 00";

    // A whole session, in order. The push of a change and the answer to the request that made it may come in either order.

    /// <summary>client_name "orders", client_instance_id 00..0F, connection_number 1, limits: 16 streams of 256 MiB together, credit 256 KiB.</summary>
    public const string SetupRequestFrame =
        "31 00 00 00 01 01 00 01 00 00 00 00 01 00 00 00" +
        " 0A 06 6F 72 64 65 72 73 1A 10 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 49 01 00 00 00 00" +
        " 00 00 00 52 0C 28 10 30 80 80 80 80 01 38 80 80 10";

    /// <summary>Epoch (1, 2), majority, "127.0.0.1:7848", "n1", "0.1.0", probe after 20,000 ms, limits: all with their defaults.</summary>
    public const string SetupReplyFrame =
        "51 00 00 00 01 02 00 01 00 00 00 00 01 00 00 00" +
        " 0A 12 09 01 00 00 00 00 00 00 00 11 02 00 00 00 00 00 00 00 18 01 22 0E 31 32 37 2E 30 2E 30 2E" +
        " 31 3A 37 38 34 38 2A 02 6E 31 32 05 30 2E 31 2E 30 38 A0 9C 01 42 1A 08 80 08 10 80 80 40 18 90" +
        " 4E 20 A0 8D 06 28 10 30 80 80 80 80 01 38 80 80 10";

    /// <summary>Subscription 77 of "pay", subscription 78 without a name.</summary>
    public const string SubscribeRequestFrame =
        "1B 00 00 00 01 01 00 07 00 00 00 00 02 00 00 00" +
        " 0A 0E 09 4D 00 00 00 00 00 00 00 22 03 70 61 79 0A 09 09 4E 00 00 00 00 00 00 00";

    /// <summary>The one with index 1 is refused: InvalidArgument, field "subscriptions[1].name", text "name is required". The other one is in place.</summary>
    public const string SubscribeReplyFrame =
        "31 00 00 00 01 02 00 07 00 00 00 00 02 00 00 00" +
        " 0A 2F 08 01 12 2B 08 02 12 15 73 75 62 73 63 72 69 70 74 69 6F 6E 73 5B 31 5D 2E 6E 61 6D 65 1A" +
        " 10 6E 61 6D 65 20 69 73 20 72 65 71 75 69 72 65 64";

    /// <summary>Flag AckNow: first push of subscription 77 and of the connection. Time of change unknown; "pay" at epoch (1, 2), revision 0, empty, NEVER_SEEN.</summary>
    public const string FirstPushFrame =
        "3A 00 00 00 01 03 04 20 4D 00 00 00 00 00 00 00" +
        " 00 00 00 00 00 00 00 00 0A 06 70 75 62 6C 69 63 12 0D 44 45 46 41 55 4C 54 5F 47 52 4F 55 50 1A" +
        " 03 70 61 79 22 12 09 01 00 00 00 00 00 00 00 11 02 00 00 00 00 00 00 00 38 01";

    /// <summary>One push of the connection was taken in.</summary>
    public const string AckFrame =
        "08 00 00 00 01 04 00 00 00 00 00 00 00 00 00 00" +
        " 01 00 00 00 00 00 00 00";

    /// <summary>Name "pay", instance 10.0.0.1:8080.</summary>
    public const string RegisterRequestFrame =
        "14 00 00 00 01 01 00 02 03 00 00 00 07 00 00 00" +
        " 1A 03 70 61 79 22 0D 0A 08 31 30 2E 30 2E 30 2E 31 10 90 3F";

    /// <summary>Revision 1, changed.</summary>
    public const string RegisterReplyFrame =
        "04 00 00 00 01 02 00 02 03 00 00 00 07 00 00 00" +
        " 08 01 10 01";

    /// <summary>Push for subscription 77: changed at 1,700,000,000,000,000 µs; "pay" at epoch (1, 2), revision 1, one instance.</summary>
    public const string SnapshotPushFrame =
        "49 00 00 00 01 03 00 20 4D 00 00 00 00 00 00 00" +
        " 00 40 1E 18 24 0A 06 00 0A 06 70 75 62 6C 69 63 12 0D 44 45 46 41 55 4C 54 5F 47 52 4F 55 50 1A" +
        " 03 70 61 79 22 12 09 01 00 00 00 00 00 00 00 11 02 00 00 00 00 00 00 00 28 01 4A 0D 0A 08 31 30" +
        " 2E 30 2E 30 2E 31 10 90 3F";

    /// <summary>Name "pay", 10.0.0.1:8080.</summary>
    public const string DeregisterRequestFrame =
        "14 00 00 00 01 01 00 03 00 00 00 00 03 00 00 00" +
        " 1A 03 70 61 79 22 0D 0A 08 31 30 2E 30 2E 30 2E 31 10 90 3F";

    /// <summary>Revision 2, one removed.</summary>
    public const string DeregisterReplyFrame =
        "04 00 00 00 01 02 00 03 00 00 00 00 03 00 00 00" +
        " 08 02 10 01";

    /// <summary>Push for subscription 77: changed at 1,700,000,000,000,000 µs; "pay" at epoch (1, 2), revision 2, empty, DEREGISTERED.</summary>
    public const string EmptiedPushFrame =
        "3C 00 00 00 01 03 00 20 4D 00 00 00 00 00 00 00" +
        " 00 40 1E 18 24 0A 06 00 0A 06 70 75 62 6C 69 63 12 0D 44 45 46 41 55 4C 54 5F 47 52 4F 55 50 1A" +
        " 03 70 61 79 22 12 09 01 00 00 00 00 00 00 00 11 02 00 00 00 00 00 00 00 28 02 38 02";

    /// <summary>Token 0x0102030405060708.</summary>
    public const string PingFrame =
        "08 00 00 00 01 05 00 00 00 00 00 00 00 00 00 00" +
        " 08 07 06 05 04 03 02 01";

    /// <summary>The same token back.</summary>
    public const string PongFrame =
        "08 00 00 00 01 06 00 00 00 00 00 00 00 00 00 00" +
        " 08 07 06 05 04 03 02 01";

    /// <summary>Subscription 77.</summary>
    public const string UnsubscribeRequestFrame =
        "09 00 00 00 01 01 00 08 00 00 00 00 04 00 00 00" +
        " 09 4D 00 00 00 00 00 00 00";

    /// <summary>Removed.</summary>
    public const string UnsubscribeReplyFrame =
        "02 00 00 00 01 02 00 08 00 00 00 00 04 00 00 00" +
        " 08 01";

    /// <summary>Reason ClientClosing.</summary>
    public const string ClientClosingFrame =
        "02 00 00 00 01 08 00 00 00 00 00 00 00 00 00 00" +
        " 08 13";

    // The other frames.

    /// <summary>Response, flag Error, type Register: InvalidArgument, field "port", text "0 is no port".</summary>
    public const string ErrorResponseFrame =
        "16 00 00 00 01 02 02 02 03 00 00 00 07 00 00 00" +
        " 08 02 12 04 70 6F 72 74 1A 0C 30 20 69 73 20 6E 6F 20 70 6F 72 74";

    /// <summary>Response, flag Error, type Register: Overloaded, text "busy", retryable after 500 ms.</summary>
    public const string OverloadedResponseFrame =
        "0D 00 00 00 01 02 02 02 03 00 00 00 07 00 00 00" +
        " 08 06 1A 04 62 75 73 79 20 01 28 F4 03";

    /// <summary>First part of set 5 of "pay", replace, more parts follow: 10.0.0.1:8080, neither healthy nor enabled.</summary>
    public const string BatchRegisterPartFrame =
        "1E 00 00 00 01 01 00 04 00 00 00 00 05 00 00 00" +
        " 1A 03 70 61 79 22 11 0A 08 31 30 2E 30 2E 30 2E 31 10 90 3F 20 00 28 00 28 01 30 05 38 01";

    /// <summary>Last part of set 5 of "pay", replace: 10.0.0.2:8080.</summary>
    public const string BatchRegisterLastPartFrame =
        "18 00 00 00 01 01 00 04 00 00 00 00 06 00 00 00" +
        " 1A 03 70 61 79 22 0D 0A 08 31 30 2E 30 2E 30 2E 32 10 90 3F 28 01 30 05";

    /// <summary>Response, type BatchRegister: revision 2, changed.</summary>
    public const string BatchRegisterReplyFrame =
        "04 00 00 00 01 02 00 04 00 00 00 00 06 00 00 00" +
        " 08 02 10 01";

    /// <summary>Name "pay", clusters "east" and "west", only healthy ones.</summary>
    public const string QueryRequestFrame =
        "13 00 00 00 01 01 00 05 00 00 00 00 08 00 00 00" +
        " 1A 03 70 61 79 22 04 65 61 73 74 22 04 77 65 73 74 28 01";

    /// <summary>Namespace "public", group "DEFAULT_GROUP", "pay", epoch (1, 2), revision 7, protection reached; 10.0.0.1:8080: weight 2.5, cluster
    /// "east", zone = a, instance id "pay-1", overridden.</summary>
    public const string QueryReplyFrame =
        "66 00 00 00 01 02 00 05 00 00 00 00 08 00 00 00" +
        " 0A 06 70 75 62 6C 69 63 12 0D 44 45 46 41 55 4C 54 5F 47 52 4F 55 50 1A 03 70 61 79 22 12 09 01" +
        " 00 00 00 00 00 00 00 11 02 00 00 00 00 00 00 00 28 07 40 01 4A 30 0A 08 31 30 2E 30 2E 30 2E 31" +
        " 10 90 3F 19 00 00 00 00 00 00 04 40 32 04 65 61 73 74 3A 09 0A 04 7A 6F 6E 65 12 01 61 4A 05 70" +
        " 61 79 2D 31 50 01";

    /// <summary>Second page of ten names.</summary>
    public const string ListServicesRequestFrame =
        "04 00 00 00 01 01 00 06 00 00 00 00 09 00 00 00" +
        " 18 02 20 0A";

    /// <summary>Twelve in total, "pay" and "stock" on the page.</summary>
    public const string ListServicesReplyFrame =
        "0E 00 00 00 01 02 00 06 00 00 00 00 09 00 00 00" +
        " 08 0C 12 03 70 61 79 12 05 73 74 6F 63 6B";

    /// <summary>Push for subscription 77: changed at 1,700,000,000,000,000 µs; from revision 7 to 9: 10.0.0.2:8080 of another client comes, 10.0.0.1:8080
    /// goes.</summary>
    public const string DeltaPushFrame =
        "43 00 00 00 01 03 00 21 4D 00 00 00 00 00 00 00" +
        " 00 40 1E 18 24 0A 06 00 1A 03 70 61 79 22 12 09 01 00 00 00 00 00 00 00 11 02 00 00 00 00 00 00" +
        " 00 28 09 4A 0D 0A 08 31 30 2E 30 2E 30 2E 32 10 90 3F 50 07 5A 0D 0A 08 31 30 2E 30 2E 30 2E 31" +
        " 10 90 3F";

    /// <summary>Subscription 77 of "pay", held: epoch (1, 2), revision 7, one instance, digest 0x908EBC154D3F7EC8.</summary>
    public const string ResumeRequestFrame =
        "33 00 00 00 01 01 00 07 00 00 00 00 0A 00 00 00" +
        " 0A 31 09 4D 00 00 00 00 00 00 00 22 03 70 61 79 3A 21 0A 12 09 01 00 00 00 00 00 00 00 11 02 00" +
        " 00 00 00 00 00 00 10 07 18 01 21 C8 7E 3F 4D 15 BC 8E 90";

    /// <summary>Response, type Subscribe: nothing is refused.</summary>
    public const string AllInPlaceReplyFrame = "00 00 00 00 01 02 00 07 00 00 00 00 0A 00 00 00";

    /// <summary>Push for subscription 77, time of change unknown: the list is the one of epoch (1, 3), revision 1, provisional.</summary>
    public const string UnchangedPushFrame =
        "20 00 00 00 01 03 00 22 4D 00 00 00 00 00 00 00" +
        " 00 00 00 00 00 00 00 00 0A 12 09 01 00 00 00 00 00 00 00 11 03 00 00 00 00 00 00 00 10 01 18 01";

    /// <summary>Push for subscription 77: it is over. LimitExceeded, text "list too large".</summary>
    public const string EndedPushFrame =
        "1C 00 00 00 01 03 00 23 4D 00 00 00 00 00 00 00" +
        " 00 00 00 00 00 00 00 00 0A 12 08 05 1A 0E 6C 69 73 74 20 74 6F 6F 20 6C 61 72 67 65";

    /// <summary>Push, subscription id 0: majority, two addresses.</summary>
    public const string NodeInfoPushFrame =
        "2A 00 00 00 01 03 00 24 00 00 00 00 00 00 00 00" +
        " 00 00 00 00 00 00 00 00 08 01 12 0E 31 32 37 2E 30 2E 30 2E 31 3A 37 38 34 38 12 0E 31 32 37 2E" +
        " 30 2E 30 2E 32 3A 37 38 34 38";

    /// <summary>Credentials: token = "t".</summary>
    public const string AuthenticateRequestFrame =
        "0C 00 00 00 01 01 00 09 00 00 00 00 0B 00 00 00" +
        " 0A 0A 0A 05 74 6F 6B 65 6E 12 01 74";

    /// <summary>Response, flag Error, type Authenticate: NotSupported, text "this version has no authentication".</summary>
    public const string AuthenticateRefusedFrame =
        "26 00 00 00 01 02 02 09 00 00 00 00 0B 00 00 00" +
        " 08 0B 1A 22 74 68 69 73 20 76 65 72 73 69 6F 6E 20 68 61 73 20 6E 6F 20 61 75 74 68 65 6E 74 69" +
        " 63 61 74 69 6F 6E";

    /// <summary>The answer to (7, 3) is no longer wanted.</summary>
    public const string CancelFrame = "00 00 00 00 01 07 00 00 03 00 00 00 07 00 00 00";

    /// <summary>Stream 4, cut from a push with AckNow of type SnapshotPush for subscription 77, 100,000 bytes; the piece begins with the push prefix, then
    /// "pay".</summary>
    public const string PushChunkFrame =
        "1D 00 00 00 01 09 00 00 4D 00 00 00 00 00 00 00" +
        " 04 00 00 00 03 04 20 00 A0 86 01 00 00 00 00 00 00 40 1E 18 24 0A 06 00 1A 03 70 61 79";

    /// <summary>Flag EndOfStream: stream 3, cut from a response of type Query of 300,003 bytes; the piece is "abc".</summary>
    public const string LastChunkFrame =
        "13 00 00 00 01 09 08 00 03 00 00 00 07 00 00 00" +
        " 03 00 00 00 02 00 05 00 E3 93 04 00 00 00 00 00 61 62 63";

    /// <summary>Stream 3 may go on by 128 KiB.</summary>
    public const string CreditFrame =
        "08 00 00 00 01 0A 00 00 00 00 00 00 00 00 00 00" +
        " 03 00 00 00 00 00 02 00";

    /// <summary>Stream 3 ends early: Cancelled.</summary>
    public const string StreamResetFrame =
        "08 00 00 00 01 0C 00 00 00 00 00 00 00 00 00 00" +
        " 03 00 00 00 00 00 00 00";

    /// <summary>Answered by the pong of the session.</summary>
    public const string ProbeFrame =
        "08 00 00 00 01 0B 00 00 00 00 00 00 00 00 00 00" +
        " 08 07 06 05 04 03 02 01";

    /// <summary>Reason Stopping, text "bye", go to "127.0.0.2:7848".</summary>
    public const string GoAwayFrame =
        "17 00 00 00 01 08 00 00 00 00 00 00 00 00 00 00" +
        " 08 0F 12 03 62 79 65 1A 0E 31 32 37 2E 30 2E 30 2E 32 3A 37 38 34 38";

    /// <summary>Reason ClientMoved.</summary>
    public const string ClientMovedFrame =
        "02 00 00 00 01 08 00 00 00 00 00 00 00 00 00 00" +
        " 08 15";

    /// <summary>A kind of the future that may be skipped.</summary>
    public const string SkippableUnknownFrame =
        "02 00 00 00 01 C8 80 00 09 00 00 00 00 00 00 00" +
        " 01 02";

    /// <summary>The frames of a session, in order, and whose they are. The preface comes first.</summary>
    public static (bool FromClient, string Name, byte[] Bytes)[] Session { get; } =
    [
        (true, nameof(SetupRequestFrame), Bytes(SetupRequestFrame)),
        (false, nameof(SetupReplyFrame), Bytes(SetupReplyFrame)),
        (true, nameof(SubscribeRequestFrame), Bytes(SubscribeRequestFrame)),
        (false, nameof(SubscribeReplyFrame), Bytes(SubscribeReplyFrame)),
        (false, nameof(FirstPushFrame), Bytes(FirstPushFrame)),
        (true, nameof(AckFrame), Bytes(AckFrame)),
        (true, nameof(RegisterRequestFrame), Bytes(RegisterRequestFrame)),
        (false, nameof(RegisterReplyFrame), Bytes(RegisterReplyFrame)),
        (false, nameof(SnapshotPushFrame), Bytes(SnapshotPushFrame)),
        (true, nameof(DeregisterRequestFrame), Bytes(DeregisterRequestFrame)),
        (false, nameof(DeregisterReplyFrame), Bytes(DeregisterReplyFrame)),
        (false, nameof(EmptiedPushFrame), Bytes(EmptiedPushFrame)),
        (true, nameof(PingFrame), Bytes(PingFrame)),
        (false, nameof(PongFrame), Bytes(PongFrame)),
        (true, nameof(UnsubscribeRequestFrame), Bytes(UnsubscribeRequestFrame)),
        (false, nameof(UnsubscribeReplyFrame), Bytes(UnsubscribeReplyFrame)),
        (true, nameof(ClientClosingFrame), Bytes(ClientClosingFrame)),
    ];

    /// <summary>Every frame above with its name.</summary>
    public static (string Name, byte[] Bytes)[] Frames { get; } =
    [
        .. Session.Select(frame => (frame.Name, frame.Bytes)),
        (nameof(ErrorResponseFrame), Bytes(ErrorResponseFrame)),
        (nameof(OverloadedResponseFrame), Bytes(OverloadedResponseFrame)),
        (nameof(BatchRegisterPartFrame), Bytes(BatchRegisterPartFrame)),
        (nameof(BatchRegisterLastPartFrame), Bytes(BatchRegisterLastPartFrame)),
        (nameof(BatchRegisterReplyFrame), Bytes(BatchRegisterReplyFrame)),
        (nameof(QueryRequestFrame), Bytes(QueryRequestFrame)),
        (nameof(QueryReplyFrame), Bytes(QueryReplyFrame)),
        (nameof(ListServicesRequestFrame), Bytes(ListServicesRequestFrame)),
        (nameof(ListServicesReplyFrame), Bytes(ListServicesReplyFrame)),
        (nameof(DeltaPushFrame), Bytes(DeltaPushFrame)),
        (nameof(ResumeRequestFrame), Bytes(ResumeRequestFrame)),
        (nameof(AllInPlaceReplyFrame), Bytes(AllInPlaceReplyFrame)),
        (nameof(UnchangedPushFrame), Bytes(UnchangedPushFrame)),
        (nameof(EndedPushFrame), Bytes(EndedPushFrame)),
        (nameof(NodeInfoPushFrame), Bytes(NodeInfoPushFrame)),
        (nameof(AuthenticateRequestFrame), Bytes(AuthenticateRequestFrame)),
        (nameof(AuthenticateRefusedFrame), Bytes(AuthenticateRefusedFrame)),
        (nameof(CancelFrame), Bytes(CancelFrame)),
        (nameof(PushChunkFrame), Bytes(PushChunkFrame)),
        (nameof(LastChunkFrame), Bytes(LastChunkFrame)),
        (nameof(CreditFrame), Bytes(CreditFrame)),
        (nameof(StreamResetFrame), Bytes(StreamResetFrame)),
        (nameof(ProbeFrame), Bytes(ProbeFrame)),
        (nameof(GoAwayFrame), Bytes(GoAwayFrame)),
        (nameof(ClientMovedFrame), Bytes(ClientMovedFrame)),
        (nameof(SkippableUnknownFrame), Bytes(SkippableUnknownFrame)),
    ];

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
