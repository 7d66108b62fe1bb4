using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Frames that break a rule of section 3 of <c>docs/protocol.md</c>, one by one, and what a node answers.</summary>
public sealed class BadFrameTests : IDisposable
{
    private static readonly byte[] Query = new QueryRequest { Name = "s" }.ToByteArray();

    private readonly BadInputs _inputs = new();

    /// <summary>Kinds with a body of a fixed size, and sizes that are not theirs.</summary>
    public static TheoryData<FrameKind, int> WrongSizes
    {
        get
        {
            TheoryData<FrameKind, int> rows = new() { { FrameKind.Cancel, 1 }, { FrameKind.Cancel, 8 } };
            foreach (FrameKind kind in new[] { FrameKind.Ack, FrameKind.Ping, FrameKind.Pong, FrameKind.Credit, FrameKind.Probe, FrameKind.StreamReset })
            {
                foreach (int size in new[] { 0, 4, 7, 9, 16 })
                {
                    rows.Add(kind, size);
                }
            }

            foreach (int size in new[] { 0, 1, PushPrefix.Size - 1 })
            {
                rows.Add(FrameKind.Push, size);
            }

            foreach (int size in new[] { 0, 1, 8, ChunkPrefix.Size - 1 })
            {
                rows.Add(FrameKind.Chunk, size);
            }

            return rows;
        }
    }

    /// <summary>Every kind but a request, and every type of a request but the set-up.</summary>
    public static TheoryData<FrameKind, MessageType> BeforeSetup
    {
        get
        {
            TheoryData<FrameKind, MessageType> rows = [];
            foreach (FrameKind kind in Enum.GetValues<FrameKind>().Except([FrameKind.None, FrameKind.Request, FrameKind.GoAway]))
            {
                rows.Add(kind, MessageType.None);
            }

            foreach (MessageType type in Enum.GetValues<MessageType>().Except([MessageType.Setup]))
            {
                rows.Add(FrameKind.Request, type);
            }

            rows.Add(FrameKind.Response, MessageType.Setup);
            rows.Add(FrameKind.Request, (MessageType)255);
            return rows;
        }
    }

    public void Dispose() => _inputs.Dispose();

    [Theory]
    [ProtocolRule("F-1", "F-2")]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(255)]
    public void Another_version_of_a_header_ends_the_session(byte version)
    {
        RawClient client = _inputs.Node.Connect();
        byte[] frame = RawClient.FrameBytes(new FrameHeader((uint)Query.Length, FrameKind.Request, FrameFlags.None, MessageType.Query, 1), Query);
        frame[4] = version;
        client.Write(frame);

        _inputs.AssertEnds(client, GoAwayReason.UnsupportedVersion);
    }

    [Theory]
    [ProtocolRule("F-3")]
    [InlineData(WireLimits.MaximumBodyBytes + 1L, FrameKind.Request)]
    [InlineData(WireLimits.MaximumBodyBytes + 1L, FrameKind.Ping)]
    [InlineData(0x7FFF_FFFFL, FrameKind.Request)]
    [InlineData(0x8000_0000L, FrameKind.Request)]
    [InlineData(0xFFFF_FFFFL, FrameKind.Request)]
    [InlineData(0xFFFF_FFFFL, FrameKind.GoAway)]
    [InlineData(0xFFFF_FFF0L, FrameKind.Cancel)]
    public void A_length_beyond_1_MiB_is_refused_by_the_header_alone(long length, FrameKind kind)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader((uint)length, kind, FrameFlags.None, MessageType.None, 1));

        _inputs.AssertEnds(client, GoAwayReason.FrameTooLarge);
    }

    [Theory]
    [ProtocolRule("F-3")]
    [InlineData(WireLimits.MaximumSetupBodyBytes + 1L)]
    [InlineData((long)WireLimits.MaximumBodyBytes)]
    [InlineData(0xFFFF_FFFFL)]
    public void Before_the_set_up_a_length_beyond_64_KiB_is_refused_by_the_header_alone(long length)
    {
        RawClient client = _inputs.ConnectBeforeSetup();
        client.WriteFrame(new FrameHeader((uint)length, FrameKind.Request, FrameFlags.None, MessageType.Setup, 1));

        _inputs.AssertEnds(client, GoAwayReason.FrameTooLarge);
    }

    [Fact]
    [ProtocolRule("F-3")]
    public void A_set_up_of_exactly_64_KiB_is_taken()
    {
        // An unknown field fills it up.
        byte[] known = RawClient.NewSetup().ToByteArray();
        byte[] body = [.. known, .. Filler(WireLimits.MaximumSetupBodyBytes - known.Length)];

        RawClient client = _inputs.ConnectBeforeSetup();
        client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, MessageType.Setup, 1), body);

        Assert.Equal("node-under-test", client.Read().Answer(SetupReply.Parser).ServerName);
        _inputs.AssertGoesOn(client);
    }

    [Theory]
    [ProtocolRule("F-4")]
    [InlineData(0, FrameFlags.None)]
    [InlineData(0, FrameFlags.Skippable)]
    [InlineData(13, FrameFlags.None)]
    [InlineData(14, FrameFlags.AckNow)]
    [InlineData(100, FrameFlags.None)]
    [InlineData(127, (FrameFlags)0x7F)]
    [InlineData(255, FrameFlags.None)]
    public void An_unknown_kind_that_is_not_skippable_ends_the_session(byte kind, FrameFlags flags)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader(3, (FrameKind)kind, flags, MessageType.None, 1), [1, 2, 3]);

        _inputs.AssertEnds(client, GoAwayReason.UnknownKind);
    }

    [Theory]
    [ProtocolRule("F-4", "V-3")]
    [InlineData(13, 0)]
    [InlineData(13, 5)]
    [InlineData(128, 100)]
    [InlineData(200, 65_536)]
    [InlineData(255, 1)]
    public void An_unknown_kind_that_is_skippable_is_skipped(byte kind, int size)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader((uint)size, (FrameKind)kind, FrameFlags.Skippable, MessageType.None, 1), new byte[size]);

        _inputs.AssertIgnored(client);
    }

    [Theory]
    [ProtocolRule("F-5")]
    [MemberData(nameof(WrongSizes))]
    public void A_fixed_body_of_another_size_ends_the_session(FrameKind kind, int size)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader((uint)size, kind, FrameFlags.None, MessageType.None, 1), new byte[size]);

        _inputs.AssertEnds(client, GoAwayReason.MalformedFrame);
    }

    [Fact]
    [ProtocolRule("F-5")]
    public void A_skippable_frame_of_a_known_kind_has_its_size_all_the_same()
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader(7, FrameKind.Ping, FrameFlags.Skippable, MessageType.None, 1), new byte[7]);

        _inputs.AssertEnds(client, GoAwayReason.MalformedFrame);
    }

    [Theory]
    [ProtocolRule("F-1")]
    [InlineData(9, 0xFFFF_FFFFL, 99, GoAwayReason.UnsupportedVersion)]
    [InlineData(1, 0xFFFF_FFFFL, 99, GoAwayReason.FrameTooLarge)]
    [InlineData(1, 0xFFFF_FFFFL, (int)FrameKind.Ping, GoAwayReason.FrameTooLarge)]
    [InlineData(1, 7L, 99, GoAwayReason.UnknownKind)]
    [InlineData(9, 7L, (int)FrameKind.Ping, GoAwayReason.UnsupportedVersion)]
    public void A_header_is_judged_by_version_length_kind_and_size_in_this_order(byte version, long length, int kind, GoAwayReason reason)
    {
        RawClient client = _inputs.Node.Connect();
        byte[] header = RawClient.FrameBytes(new FrameHeader((uint)length, (FrameKind)kind, FrameFlags.None, MessageType.None, 1), []);
        header[4] = version;
        client.Write(header);

        _inputs.AssertEnds(client, reason);
    }

    [Theory]
    [ProtocolRule("F-6")]
    [InlineData(0x01)]
    [InlineData(0x10)]
    [InlineData(0x20)]
    [InlineData(0x40)]
    [InlineData((int)FrameFlags.Error)]
    [InlineData((int)FrameFlags.AckNow)]
    [InlineData((int)FrameFlags.EndOfStream)]
    [InlineData((int)FrameFlags.Skippable)]
    [InlineData(0xFF)]
    public void Flags_that_mean_nothing_on_a_request_are_ignored(byte flags)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader((uint)Query.Length, FrameKind.Request, (FrameFlags)flags, MessageType.Query, 9), Query);

        ReceivedFrame answer = client.Read();
        Assert.Equal((9UL, FrameFlags.None), (answer.CorrelationId, answer.Header.Flags));
        Assert.Empty(answer.Answer(Snapshot.Parser).Instances);
        _inputs.AssertGoesOn(client);
    }

    [Theory]
    [ProtocolRule("F-6", "C-18")]
    [InlineData(FrameKind.Ping, 0x01)]
    [InlineData(FrameKind.Ping, 0x7F)]
    [InlineData(FrameKind.Probe, 0x40)]
    public void A_ping_or_probe_is_answered_with_its_token_whatever_its_flags(FrameKind kind, byte flags)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader(8, kind, (FrameFlags)flags, MessageType.None, 5), [8, 7, 6, 5, 4, 3, 2, 1]);

        ReceivedFrame pong = client.Read();
        Assert.Equal((FrameKind.Pong, FrameFlags.None, 0UL), (pong.Kind, pong.Header.Flags, pong.CorrelationId));
        Assert.Equal([8, 7, 6, 5, 4, 3, 2, 1], pong.Body);
        _inputs.AssertGoesOn(client);
    }

    [Theory]
    [ProtocolRule("C-5")]
    [MemberData(nameof(BeforeSetup))]
    public void Before_the_set_up_only_the_set_up_is_taken(FrameKind kind, MessageType type)
    {
        RawClient client = _inputs.ConnectBeforeSetup();
        int size = kind is FrameKind.Cancel or FrameKind.Request or FrameKind.Response ? 0 : kind == FrameKind.Chunk ? ChunkPrefix.Size : 8;
        client.WriteFrame(new FrameHeader((uint)size, kind, FrameFlags.None, type, 1), new byte[size]);

        _inputs.AssertEnds(client, GoAwayReason.SetupRequired);
    }

    [Theory]
    [ProtocolRule("C-5")]
    [InlineData(13)]
    [InlineData(200)]
    public void Before_the_set_up_a_skippable_frame_is_not_skipped(byte kind)
    {
        RawClient client = _inputs.ConnectBeforeSetup();
        client.WriteFrame(new FrameHeader(1, (FrameKind)kind, FrameFlags.Skippable, MessageType.None, 1), [1]);

        _inputs.AssertEnds(client, GoAwayReason.SetupRequired);
    }

    [Theory]
    [ProtocolRule("F-8")]
    [InlineData(FrameKind.Response, 0)]
    [InlineData(FrameKind.Response, 16)]
    [InlineData(FrameKind.Push, 8)]
    [InlineData(FrameKind.Push, 100)]
    [InlineData(FrameKind.Chunk, 16)]
    [InlineData(FrameKind.Chunk, 100)]
    public void What_only_a_node_sends_ends_the_session(FrameKind kind, int size)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader((uint)size, kind, FrameFlags.None, MessageType.Query, 1), new byte[size]);

        _inputs.AssertEnds(client, GoAwayReason.ProtocolViolation);
    }

    [Theory]
    [ProtocolRule("F-8")]
    [InlineData(FrameKind.Response, 0)]
    [InlineData(FrameKind.Push, 8)]
    [InlineData(FrameKind.Chunk, 16)]
    public void What_only_a_node_sends_is_skipped_when_it_is_skippable(FrameKind kind, int size)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader((uint)size, kind, FrameFlags.Skippable, MessageType.Query, 1), new byte[size]);

        _inputs.AssertIgnored(client);
    }

    [Theory]
    [ProtocolRule("F-9", "A-5", "T-12")]
    [InlineData(FrameKind.Pong, 8)]
    [InlineData(FrameKind.Ack, 8)]
    [InlineData(FrameKind.Cancel, 0)]
    [InlineData(FrameKind.Credit, 8)]
    [InlineData(FrameKind.StreamReset, 8)]
    public void What_belongs_to_nothing_is_ignored(FrameKind kind, int size)
    {
        foreach (byte value in new byte[] { 0, 1, 255 })
        {
            using BadInputs inputs = new();
            RawClient client = inputs.Node.Connect();
            byte[] body = new byte[size];
            body.AsSpan().Fill(value);
            client.WriteFrame(new FrameHeader((uint)size, kind, FrameFlags.None, (MessageType)value, value), body);

            inputs.AssertIgnored(client);
        }
    }

    [Theory]
    [ProtocolRule("Q-12")]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(31)]
    [InlineData((int)MessageType.SnapshotPush)]
    [InlineData((int)MessageType.DeltaPush)]
    [InlineData((int)MessageType.UnchangedPush)]
    [InlineData((int)MessageType.EndedPush)]
    [InlineData((int)MessageType.NodeInfoPush)]
    [InlineData(37)]
    [InlineData(255)]
    public void A_request_of_an_unknown_type_is_an_error_that_names_it(byte type)
    {
        RawClient client = _inputs.Node.Connect();
        client.WriteFrame(new FrameHeader(2, FrameKind.Request, FrameFlags.None, (MessageType)type, 9), [0xFF, 0xFF]);

        Assert.Contains($"{type}", _inputs.AssertRefused(client, 9, (MessageType)type, ErrorCode.UnknownOperation).Text, StringComparison.Ordinal);
    }

    [Theory]
    [ProtocolRule("Q-12", "R-1")]
    [InlineData(false)]
    [InlineData(true)]
    public void Authenticate_is_reserved(bool withCredentials)
    {
        AuthenticateRequest request = new();
        if (withCredentials)
        {
            request.Credentials.Add(new Label { Key = "token", Value = "t" });
        }

        RawClient client = _inputs.Node.Connect();
        ulong id = client.Request(MessageType.Authenticate, request);

        _inputs.AssertRefused(client, id, MessageType.Authenticate, ErrorCode.NotSupported);
    }

    [Fact]
    [ProtocolRule("C-7")]
    public void A_second_set_up_ends_the_session()
    {
        RawClient client = _inputs.Node.Connect();
        client.Request(MessageType.Setup, RawClient.NewSetup());

        _inputs.AssertEnds(client, GoAwayReason.ProtocolViolation);
    }

    [Theory]
    [ProtocolRule("G-5")]
    [InlineData("")]
    [InlineData("08 13")]
    [InlineData("08 0F")]
    [InlineData("08 63")]
    [InlineData("0A 7F 41")]
    public void A_goaway_of_a_client_releases_it_whatever_it_says(string body)
    {
        byte[] bytes = Convert.FromHexString(body.Replace(" ", "", StringComparison.Ordinal));
        RawClient client = _inputs.Node.Connect();
        client.Register("s", 5);
        client.WriteFrame(new FrameHeader((uint)bytes.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), bytes);

        // The node ends its side without a word; when the client has ended its own, nothing is left of it.
        Assert.Null(client.TryRead());
        Assert.True(client.SeesEnd);
        client.Close();
        Assert.Equal(1, _inputs.Node.Registry.PublicationCount);
        Assert.Equal(GoAwayReason.ClientClosing, client.Connection.CloseReason!.GoAway);
    }

    /// <summary>A field that nobody knows, of so many bytes in all.</summary>
    private static byte[] Filler(int bytes)
    {
        const int Head = 5;
        byte[] filler = new byte[bytes];
        CodedOutputStream output = new(filler);
        output.WriteTag(100, WireFormat.WireType.LengthDelimited);
        output.WriteLength(bytes - Head);
        Assert.Equal(Head, (int)output.Position);
        output.Flush();
        return filler;
    }
}
