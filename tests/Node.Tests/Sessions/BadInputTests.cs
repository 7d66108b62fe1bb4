using System.Buffers.Binary;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class BadInputTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 1)]
    [InlineData("FREX", 4)]
    [InlineData("\u0016\u0003\u0001", 1)]
    public void Garbage_before_the_handshake_is_refused_at_its_first_wrong_byte(string text, int firstWrong)
    {
        RawClient client = _node.ConnectBare();
        for (int i = 0; i < firstWrong; i++)
        {
            Assert.Null(client.TryRead());
            client.Write([(byte)text[i]]);
        }

        client.ReadGoAway(GoAwayReason.BadPreface);
        AssertEnds(client, GoAwayReason.BadPreface);
    }

    [Fact]
    public void A_preface_of_another_version_is_told_which_one_is_spoken()
    {
        RawClient client = _node.ConnectBare();
        byte[] preface = RawClient.PrefaceBytes();
        preface[4] = 2;
        client.Write(preface);

        Assert.Contains("version 1", client.ReadGoAway(GoAwayReason.UnsupportedVersion).Text, StringComparison.Ordinal);
        AssertEnds(client, GoAwayReason.UnsupportedVersion);
    }

    [Theory]
    [InlineData(WireLimits.MaximumBodyBytes + 1L)]
    [InlineData(0x8000_0000L)]
    [InlineData(0xFFFF_FFFFL)]
    public void A_body_that_is_too_long_is_refused_by_its_header_alone(long length)
    {
        RawClient client = _node.Connect();
        client.WriteFrame(new FrameHeader((uint)length, FrameKind.Request, FrameFlags.None, MessageType.Query, 1));

        client.ReadGoAway(GoAwayReason.FrameTooLarge);
        AssertEnds(client, GoAwayReason.FrameTooLarge);
    }

    [Fact]
    public void Before_set_up_a_body_may_not_be_longer_than_64_KiB()
    {
        RawClient client = _node.ConnectBare();
        client.Write(RawClient.PrefaceBytes());
        client.WriteFrame(new FrameHeader(WireLimits.MaximumSetupBodyBytes + 1, FrameKind.Request, FrameFlags.None, MessageType.Setup, 1));

        client.ReadGoAway(GoAwayReason.FrameTooLarge);
        AssertEnds(client, GoAwayReason.FrameTooLarge);
    }

    [Fact]
    public void A_frame_of_another_version_ends_the_session()
    {
        RawClient client = _node.Connect();
        byte[] frame = RawClient.FrameBytes(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, 1), []);
        frame[4] = 9;
        client.Write(frame);

        client.ReadGoAway(GoAwayReason.UnsupportedVersion);
        AssertEnds(client, GoAwayReason.UnsupportedVersion);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [InlineData(255)]
    public void An_unknown_kind_that_is_not_skippable_ends_the_session(int kind)
    {
        RawClient client = _node.Connect();
        client.WriteFrame(new FrameHeader(3, (FrameKind)kind, FrameFlags.None, MessageType.None, 1), [1, 2, 3]);

        client.ReadGoAway(GoAwayReason.UnknownKind);
        AssertEnds(client, GoAwayReason.UnknownKind);
    }

    [Fact]
    public void An_unknown_kind_that_is_skippable_is_skipped()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        client.WriteFrame(new FrameHeader(3, (FrameKind)200, FrameFlags.Skippable, MessageType.None, 1), [1, 2, 3]);

        Assert.Equal([1], client.Query("s").Ports());
    }

    [Theory]
    [InlineData(FrameKind.Ping, 7)]
    [InlineData(FrameKind.Ping, 16)]
    [InlineData(FrameKind.Pong, 9)]
    [InlineData(FrameKind.Probe, 0)]
    [InlineData(FrameKind.Ack, 7)]
    [InlineData(FrameKind.Credit, 4)]
    [InlineData(FrameKind.Cancel, 1)]
    [InlineData(FrameKind.Push, 7)]
    [InlineData(FrameKind.Chunk, 15)]
    [InlineData(FrameKind.StreamReset, 7)]
    [InlineData(FrameKind.StreamReset, 9)]
    public void A_fixed_body_of_the_wrong_size_ends_the_session(FrameKind kind, int length)
    {
        RawClient client = _node.Connect();
        client.WriteFrame(new FrameHeader((uint)length, kind, FrameFlags.None, MessageType.None, 1), new byte[length]);

        client.ReadGoAway(GoAwayReason.MalformedFrame);
        AssertEnds(client, GoAwayReason.MalformedFrame);
    }

    [Fact]
    public void Nothing_behind_a_bad_frame_is_parsed()
    {
        RawClient client = _node.Connect();
        byte[] good = RawClient.RequestBytes(MessageType.Register, 5, new RegisterRequest { Name = "s", Instance = NewInstance(1) });
        client.Write([.. RawClient.FrameBytes(new FrameHeader(0, FrameKind.None, FrameFlags.None, MessageType.None, 0), []), .. good]);

        client.ReadGoAway(GoAwayReason.UnknownKind);
        Assert.Null(client.TryRead());
        Assert.Equal(0, _node.Registry.PublicationCount);
    }

    [Fact]
    public void What_came_before_a_bad_frame_is_answered_before_the_goaway()
    {
        RawClient client = _node.Connect();
        byte[] good = RawClient.RequestBytes(MessageType.Query, 5, new QueryRequest { Name = "s" });
        client.Write([.. good, .. RawClient.FrameBytes(new FrameHeader(0, FrameKind.None, FrameFlags.None, MessageType.None, 0), [])]);

        Assert.Equal(5UL, client.Read().CorrelationId);
        client.ReadGoAway(GoAwayReason.UnknownKind);
    }

    [Theory]
    [InlineData(MessageType.Register)]
    [InlineData(MessageType.BatchRegister)]
    [InlineData(MessageType.Deregister)]
    [InlineData(MessageType.Query)]
    [InlineData(MessageType.Subscribe)]
    [InlineData(MessageType.Unsubscribe)]
    [InlineData(MessageType.ListServices)]
    public void A_body_that_does_not_parse_is_an_error_and_the_session_goes_on(MessageType type)
    {
        RawClient client = _node.Connect();
        client.WriteFrame(new FrameHeader(3, FrameKind.Request, FrameFlags.None, type, 9), [0x0A, 0x7F, 0x41]);

        ReceivedFrame answer = client.Read();
        Assert.Equal(9UL, answer.CorrelationId);
        Assert.Equal(type, answer.Header.Type);
        Assert.Equal((uint)ErrorCode.MalformedBody, answer.Error.Code);
        Assert.Empty(client.Query("s").Instances);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(32)]
    [InlineData(36)]
    [InlineData(0)]
    [InlineData(255)]
    public void An_unknown_request_is_an_error_that_names_its_type(int type)
    {
        RawClient client = _node.Connect();
        client.WriteFrame(new FrameHeader(0, FrameKind.Request, FrameFlags.None, (MessageType)type, 9));

        ErrorReply error = client.Read().Error;
        Assert.Equal((uint)ErrorCode.UnknownOperation, error.Code);
        Assert.Contains($"{type}", error.Text, StringComparison.Ordinal);
        client.Query("s");
    }

    [Fact]
    public void Authentication_is_reserved_and_not_supported()
    {
        RawClient client = _node.Connect();
        ErrorReply error = client.Call(MessageType.Authenticate, new AuthenticateRequest { Credentials = { new Label { Key = "user", Value = "u" } } }).Error;
        Assert.Equal((ErrorCode.NotSupported, false), ((ErrorCode)error.Code, error.Retryable));
        client.Query("s");
    }

    [Theory]
    [InlineData(FrameKind.Request, MessageType.Query)]
    [InlineData(FrameKind.Cancel, MessageType.None)]
    [InlineData(FrameKind.Response, MessageType.Setup)]
    public void Anything_before_the_set_up_is_refused(FrameKind kind, MessageType type)
    {
        RawClient client = _node.ConnectBare();
        client.Write(RawClient.PrefaceBytes());
        client.WriteFrame(new FrameHeader(0, kind, FrameFlags.None, type, 1));

        client.ReadGoAway(GoAwayReason.SetupRequired);
        AssertEnds(client, GoAwayReason.SetupRequired);
    }

    [Fact]
    public void A_second_set_up_ends_the_session()
    {
        RawClient client = _node.Connect();
        client.Request(MessageType.Setup, RawClient.NewSetup());

        client.ReadGoAway(GoAwayReason.ProtocolViolation);
        AssertEnds(client, GoAwayReason.ProtocolViolation);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Theory]
    [InlineData(FrameKind.Response)]
    [InlineData(FrameKind.Push)]
    [InlineData(FrameKind.Chunk)]
    public void Frames_only_a_server_sends_end_the_session(FrameKind kind)
    {
        RawClient client = _node.Connect();
        client.WriteFrame(new FrameHeader(16, kind, FrameFlags.None, MessageType.Query, 1), new byte[16]);

        Assert.Contains(kind.ToString(), client.ReadGoAway(GoAwayReason.ProtocolViolation).Text, StringComparison.Ordinal);
        AssertEnds(client, GoAwayReason.ProtocolViolation);
    }

    [Fact]
    public void Random_bytes_behind_a_good_start_never_fail_a_handler()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            RawClient client = _node.Connect();
            for (int i = 0; i < 8 && client.Connection.CloseReason is null; i++)
            {
                byte[] body = new byte[random.Next(60)];
                random.NextBytes(body);
                byte[] frame = RawClient.FrameBytes(
                    new FrameHeader((uint)body.Length, (FrameKind)random.Next(1, 14), (FrameFlags)random.Next(256), (MessageType)random.Next(11), (ulong)random.Next(3)), body);
                if (random.Next(4) == 0)
                {
                    frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                }

                client.Write(frame);
            }

            Assert.NotEqual(CloseKind.HandlerFault, client.Connection.CloseReason?.Kind);
            client.Close();
        }

        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_truncated_frame_and_the_end_close_without_an_answer()
    {
        RawClient client = _node.Connect();
        byte[] header = new byte[FrameHeader.Size];
        new FrameHeader(100, FrameKind.Request, FrameFlags.None, MessageType.Query, 1).Write(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header, 100);
        client.Write([.. header, 1, 2, 3]);
        client.Close();

        Assert.Equal(CloseKind.PeerClosed, client.Connection.CloseReason!.Kind);
        _node.AssertNothingHeld();
    }

    private static void AssertEnds(RawClient client, GoAwayReason reason)
    {
        Assert.Null(client.TryRead());
        Assert.True(client.SeesEnd);
        Assert.Equal(CloseKind.GoAwaySent, client.Connection.CloseReason!.Kind);
        Assert.Equal(reason, client.Connection.CloseReason.GoAway);
    }
}
