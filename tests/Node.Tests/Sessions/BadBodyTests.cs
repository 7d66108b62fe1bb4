using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Bodies that are not the message of their type: bytes that do not parse, text that is not UTF-8, lengths and tags beyond 32 bits.</summary>
public sealed class BadBodyTests : IDisposable
{
    /// <summary>Requests whose field 1 is a text.</summary>
    private static readonly MessageType[] WithTextInField1 =
        [MessageType.Setup, MessageType.Register, MessageType.BatchRegister, MessageType.Deregister, MessageType.Query, MessageType.ListServices];

    /// <summary>Not UTF-8.</summary>
    private static readonly string[] BadTexts =
    [
        "FF", "FE", "C0", "80", "61 FF 62", "61 FE 62", "61 C0 62", "C3", "E2 82", "C0 80", "C1 BF", "E0 80 80", "ED A0 80", "ED BF BF", "F0 80 80 80", "F4 90 80 80", "F8 88 80 80 80",
    ];

    private readonly BadInputs _inputs = new();

    /// <summary>Bytes that are no message, whatever the type.</summary>
    public static TheoryData<MessageType, string> Unparsable
    {
        get
        {
            TheoryData<MessageType, string> rows = [];
            foreach (MessageType type in Enum.GetValues<MessageType>().Where(static type => type is >= MessageType.Setup and <= MessageType.Unsubscribe))
            {
                rows.Add(type, "0A 7F 41"); // longer than what is there
                rows.Add(type, "0A"); // a tag without a value
                rows.Add(type, "FF FF FF FF FF FF FF FF FF FF FF"); // a tag that never ends
                rows.Add(type, "02 00"); // field 0
                rows.Add(type, "FB 07 FC 07"); // a group
                rows.Add(type, "0F 00"); // wire type 7
                rows.Add(type, "FA 07 81 80 80 80 10 41"); // an unknown field of 2^32 + 1 bytes
                rows.Add(type, "FA 87 80 80 80 01 00"); // a tag beyond 32 bits
            }

            return rows;
        }
    }

    public static TheoryData<MessageType, string> NotUtf8
    {
        get
        {
            TheoryData<MessageType, string> rows = [];
            foreach (MessageType type in WithTextInField1)
            {
                foreach (string text in BadTexts)
                {
                    rows.Add(type, Field(1, text));
                }

                rows.Add(type, "0A 81 80 80 80 10 41"); // a text of 2^32 + 1 bytes
            }

            // Further in: name, ip, keys of metadata, keys to deregister, clusters, subscriptions.
            rows.Add(MessageType.Register, Field(3, "61 FF 62"));
            rows.Add(MessageType.Register, Field(3, "73") + Field(4, Field(1, "FF")));
            rows.Add(MessageType.Register, Field(3, "73") + Field(4, Field(1, "61") + Field(7, Field(1, "FF"))));
            rows.Add(MessageType.Register, Field(3, "73") + Field(4, Field(1, "61") + Field(7, Field(1, "61") + Field(2, "C0 80"))));
            rows.Add(MessageType.Register, Field(3, "73") + Field(4, Field(1, "61") + Field(9, "FF")));
            rows.Add(MessageType.BatchRegister, Field(3, "73") + Field(4, Field(1, "61")) + Field(4, Field(1, "62") + Field(6, "FF")));
            rows.Add(MessageType.Deregister, Field(3, "73") + Field(4, Field(3, "FF")));
            rows.Add(MessageType.Query, Field(3, "73") + Field(4, "61") + Field(4, "FF"));
            rows.Add(MessageType.Subscribe, Field(1, "09 4D 00 00 00 00 00 00 00" + Field(4, "FF")));
            rows.Add(MessageType.Subscribe, Field(1, "09 4D 00 00 00 00 00 00 00" + Field(4, "73") + Field(5, "FF")));
            rows.Add(MessageType.Setup, Field(5, Field(1, "61") + Field(2, "FF")));
            return rows;
        }
    }

    public void Dispose() => _inputs.Dispose();

    [Theory]
    [ProtocolRule("M-2", "M-3")]
    [MemberData(nameof(Unparsable))]
    public void A_body_that_does_not_parse_is_an_error(MessageType type, string body) => AssertMalformed(type, body);

    [Theory]
    [ProtocolRule("M-1", "M-2")]
    [MemberData(nameof(NotUtf8))]
    public void Text_that_is_not_UTF_8_and_lengths_beyond_32_bits_are_errors(MessageType type, string body) => AssertMalformed(type, body);

    [Fact]
    [ProtocolRule("M-1")]
    public void Names_that_are_not_UTF_8_never_become_one_service()
    {
        RawClient client = _inputs.Node.Connect();
        foreach (string name in new[] { "61 FF 62", "61 FE 62", "61 C0 62" })
        {
            byte[] body = Bytes(Field(3, name) + Field(4, Field(1, "61")));
            client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, MessageType.Register, 1), body);
            Assert.Equal((uint)ErrorCode.MalformedBody, client.Read().Error.Code);
        }

        Assert.Empty(client.Query("a\uFFFDb").Instances);
        _inputs.AssertGoesOn(client);
    }

    [Theory]
    [ProtocolRule("M-5", "V-2")]
    [InlineData(MessageType.Query, "A8 06 01")]
    [InlineData(MessageType.Query, "AA 06 03 FF FE FD")]
    [InlineData(MessageType.Query, "A9 06 01 02 03 04 05 06 07 08")]
    [InlineData(MessageType.Query, "AD 06 01 02 03 04")]
    [InlineData(MessageType.Query, "AA 06 00")]
    public void Fields_that_nobody_knows_are_skipped(MessageType type, string unknown)
    {
        byte[] body = Bytes(Field(3, "6F 74 68 65 72") + unknown);
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, type, 1), body);

        Assert.Equal([1], client.Read().Answer(Snapshot.Parser).Ports());
        _inputs.AssertGoesOn(client);
    }

    private void AssertMalformed(MessageType type, string hex)
    {
        byte[] body = Bytes(hex);
        RawClient client = type == MessageType.Setup ? _inputs.ConnectBeforeSetup() : _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, type, 9), body);
        if (type == MessageType.Setup)
        {
            Assert.Equal((uint)ErrorCode.MalformedBody, client.Read().Error.Code);
            client.Request(MessageType.Setup, RawClient.NewSetup());
            client.Read().Answer(SetupReply.Parser);
            _inputs.AssertGoesOn(client);
        }
        else
        {
            _inputs.AssertRefused(client, 9, type, ErrorCode.MalformedBody);
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>A field of text, bytes or a message, of less than 128 bytes.</summary>
    private static string Field(int number, string content) => $" {(number << 3) | 2:X2} {Bytes(content).Length:X2} {content}";
}
