namespace FastRegistry.Wire.Tests.Framing;

/// <summary>The bytes of version 1, as <c>docs/protocol.md</c> quotes them. Written down, not computed: a change here is a change of the protocol.</summary>
internal static class GoldenVectors
{
    /// <summary>"FREG", version 1, three reserved bytes.</summary>
    public const string Preface = "46 52 45 47 01 00 00 00";

    /// <summary>Body of 258 bytes, request, flags CarriesAck and Skippable, type Register, slot 3 of generation 7.</summary>
    public const string Header = "02 01 00 00 01 01 81 02 03 00 00 00 07 00 00 00";

    /// <summary>Sequence 0x1122334455667788.</summary>
    public const string AckBody = "88 77 66 55 44 33 22 11";

    /// <summary>Token 0x0102030405060708, push 9 acknowledged.</summary>
    public const string PingBody = "08 07 06 05 04 03 02 01 09 00 00 00 00 00 00 00";

    /// <summary>Token 0x0102030405060708.</summary>
    public const string PongBody = "08 07 06 05 04 03 02 01";

    /// <summary>Token 0x0102030405060708.</summary>
    public const string ProbeBody = "08 07 06 05 04 03 02 01";

    /// <summary>Stream 3, 131,072 bytes more.</summary>
    public const string CreditBody = "03 00 00 00 00 00 02 00";

    /// <summary>Sequence 5, changed one microsecond before 1970.</summary>
    public const string PushPrefix = "05 00 00 00 00 00 00 00 FF FF FF FF FF FF FF FF";

    /// <summary>Stream 3, push, flag AckNow, type SnapshotPush, 1 MiB in total.</summary>
    public const string ChunkPrefix = "03 00 00 00 03 04 20 00 00 00 10 00 00 00 00 00";

    /// <summary>Request, type Setup: client_name "orders", client_instance_id 00..0F, capabilities 3.</summary>
    public const string SetupRequestFrame =
        "23 00 00 00 01 01 00 01 00 00 00 00 01 00 00 00" +
        " 0A 06 6F 72 64 65 72 73 1A 10 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 39 03 00 00 00 00" +
        " 00 00 00";

    /// <summary>Request, type Register: name "pay", instance 10.0.0.1:8080.</summary>
    public const string RegisterRequestFrame =
        "14 00 00 00 01 01 00 02 03 00 00 00 07 00 00 00" +
        " 1A 03 70 61 79 22 0D 0A 08 31 30 2E 30 2E 30 2E 31 10 90 3F";

    /// <summary>Request, type Unsubscribe, flag CarriesAck: push 5 is acknowledged in front of subscription_id 77.</summary>
    public const string RequestCarryingAckFrame =
        "11 00 00 00 01 01 01 08 03 00 00 00 07 00 00 00" +
        " 05 00 00 00 00 00 00 00 09 4D 00 00 00 00 00 00 00";

    /// <summary>Response: revision 7, changed.</summary>
    public const string RegisterReplyFrame =
        "04 00 00 00 01 02 00 02 03 00 00 00 07 00 00 00" +
        " 08 07 10 01";

    /// <summary>Response, flag Error: InvalidArgument, field "port", text "0 is no port".</summary>
    public const string ErrorResponseFrame =
        "16 00 00 00 01 02 02 02 03 00 00 00 07 00 00 00" +
        " 08 02 12 04 70 6F 72 74 1A 0C 30 20 69 73 20 6E 6F 20 70 6F 72 74";

    /// <summary>Push for subscription 77: sequence 5, changed at 1,700,000,000,000,000 µs; "pay" at epoch (1, 2), revision 7, one instance.</summary>
    public const string SnapshotPushFrame =
        "3A 00 00 00 01 03 00 20 4D 00 00 00 00 00 00 00" +
        " 05 00 00 00 00 00 00 00 00 40 1E 18 24 0A 06 00 1A 03 70 61 79 22 12 09 01 00 00 00 00 00 00 00" +
        " 11 02 00 00 00 00 00 00 00 28 07 4A 0D 0A 08 31 30 2E 30 2E 30 2E 31 10 90 3F";

    /// <summary>Push for subscription 77: sequence 6, changed at 1,700,000,000,000,000 µs; "pay" at epoch (1, 2), from revision 7 to 8: one instance comes, one goes.</summary>
    public const string DeltaPushFrame =
        "4B 00 00 00 01 03 00 21 4D 00 00 00 00 00 00 00" +
        " 06 00 00 00 00 00 00 00 00 40 1E 18 24 0A 06 00 1A 03 70 61 79 22 12 09 01 00 00 00 00 00 00 00" +
        " 11 02 00 00 00 00 00 00 00 28 08 4A 0D 0A 08 31 30 2E 30 2E 30 2E 32 10 90 3F 50 07 5A 0D 0A 08" +
        " 31 30 2E 30 2E 30 2E 31 10 90 3F";

    /// <summary>Push, flag AckNow, with an empty message.</summary>
    public const string AckNowPushFrame =
        "10 00 00 00 01 03 04 20 4D 00 00 00 00 00 00 00" +
        " 05 00 00 00 00 00 00 00 00 40 1E 18 24 0A 06 00";

    /// <summary>All pushes up to 5 are taken in.</summary>
    public const string AckFrame =
        "08 00 00 00 01 04 00 00 00 00 00 00 00 00 00 00" +
        " 05 00 00 00 00 00 00 00";

    /// <summary>Token 0x0102030405060708, push 5 acknowledged.</summary>
    public const string PingFrame =
        "10 00 00 00 01 05 00 00 00 00 00 00 00 00 00 00" +
        " 08 07 06 05 04 03 02 01 05 00 00 00 00 00 00 00";

    /// <summary>The same token back.</summary>
    public const string PongFrame =
        "08 00 00 00 01 06 00 00 00 00 00 00 00 00 00 00" +
        " 08 07 06 05 04 03 02 01";

    /// <summary>The answer to (7, 3) is no longer wanted.</summary>
    public const string CancelFrame =
        "00 00 00 00 01 07 00 00 03 00 00 00 07 00 00 00";

    /// <summary>Reason Stopping, text "bye".</summary>
    public const string GoAwayFrame =
        "07 00 00 00 01 08 00 00 00 00 00 00 00 00 00 00" +
        " 08 0F 12 03 62 79 65";

    /// <summary>Flag EndOfStream: stream 3, cut from a response of type Query of 300,003 bytes; the piece is "abc".</summary>
    public const string LastChunkFrame =
        "13 00 00 00 01 09 08 00 03 00 00 00 07 00 00 00" +
        " 03 00 00 00 02 00 05 00 E3 93 04 00 00 00 00 00 61 62 63";

    /// <summary>Stream 3 may go on by 128 KiB.</summary>
    public const string CreditFrame =
        "08 00 00 00 01 0A 00 00 00 00 00 00 00 00 00 00" +
        " 03 00 00 00 00 00 02 00";

    /// <summary>Answered by the pong above.</summary>
    public const string ProbeFrame =
        "08 00 00 00 01 0B 00 00 00 00 00 00 00 00 00 00" +
        " 08 07 06 05 04 03 02 01";

    /// <summary>A kind of the future that may be skipped.</summary>
    public const string SkippableUnknownFrame =
        "02 00 00 00 01 C8 80 00 09 00 00 00 00 00 00 00" +
        " 01 02";

    /// <summary>Every frame above with its name.</summary>
    /// <summary>Response, type Setup: epoch (1, 2), capabilities 3, majority, "127.0.0.1:7848", "n1", "0.1.0", probe after 20,000 ms, 4 MiB.</summary>
    public const string SetupReplyFrame =
        "43 00 00 00 01 02 00 01 00 00 00 00 01 00 00 00" +
        " 0A 12 09 01 00 00 00 00 00 00 00 11 02 00 00 00 00 00 00 00 11 03 00 00 00 00 00 00 00 18 01 22" +
        " 0E 31 32 37 2E 30 2E 30 2E 31 3A 37 38 34 38 2A 02 6E 31 32 05 30 2E 31 2E 30 38 A0 9C 01 40 80" +
        " 80 80 02";

    /// <summary>Request, type Subscribe: subscription_id 77, name "pay".</summary>
    public const string SubscribeRequestFrame =
        "0E 00 00 00 01 01 00 07 00 00 00 00 02 00 00 00" +
        " 09 4D 00 00 00 00 00 00 00 22 03 70 61 79";

    /// <summary>Response, type Subscribe: "pay", epoch (1, 2), revision 6, empty, DEREGISTERED.</summary>
    public const string SubscribeReplyFrame =
        "1D 00 00 00 01 02 00 07 00 00 00 00 02 00 00 00" +
        " 1A 03 70 61 79 22 12 09 01 00 00 00 00 00 00 00 11 02 00 00 00 00 00 00 00 28 06 38 02";

    /// <summary>Goaway, reason ClientClosing.</summary>
    public const string ClientClosingFrame = "02 00 00 00 01 08 00 00 00 00 00 00 00 00 00 00 08 13";

    public static (string Name, byte[] Bytes)[] Frames { get; } =
    [
        (nameof(SetupRequestFrame), Bytes(SetupRequestFrame)),
        (nameof(RegisterRequestFrame), Bytes(RegisterRequestFrame)),
        (nameof(RequestCarryingAckFrame), Bytes(RequestCarryingAckFrame)),
        (nameof(RegisterReplyFrame), Bytes(RegisterReplyFrame)),
        (nameof(ErrorResponseFrame), Bytes(ErrorResponseFrame)),
        (nameof(SnapshotPushFrame), Bytes(SnapshotPushFrame)),
        (nameof(DeltaPushFrame), Bytes(DeltaPushFrame)),
        (nameof(AckNowPushFrame), Bytes(AckNowPushFrame)),
        (nameof(AckFrame), Bytes(AckFrame)),
        (nameof(PingFrame), Bytes(PingFrame)),
        (nameof(PongFrame), Bytes(PongFrame)),
        (nameof(CancelFrame), Bytes(CancelFrame)),
        (nameof(GoAwayFrame), Bytes(GoAwayFrame)),
        (nameof(LastChunkFrame), Bytes(LastChunkFrame)),
        (nameof(CreditFrame), Bytes(CreditFrame)),
        (nameof(ProbeFrame), Bytes(ProbeFrame)),
        (nameof(SkippableUnknownFrame), Bytes(SkippableUnknownFrame)),
        (nameof(SetupReplyFrame), Bytes(SetupReplyFrame)),
        (nameof(SubscribeRequestFrame), Bytes(SubscribeRequestFrame)),
        (nameof(SubscribeReplyFrame), Bytes(SubscribeReplyFrame)),
        (nameof(ClientClosingFrame), Bytes(ClientClosingFrame)),
    ];

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
