using System.Buffers.Binary;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Garbage before, between and behind frames. <see cref="BadFrameTests"/>, <see cref="BadSetupTests"/>, <see cref="BadBodyTests"/>, <see cref="BadRequestTests"/>
/// and <see cref="BadSubscriptionTests"/> go through the rules one by one.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [ProtocolRule("C-3")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 1)]
    [InlineData("FX", 2)]
    [InlineData("FRX", 3)]
    [InlineData("FREX", 4)]
    [InlineData("freg", 1)]
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

    [Theory]
    [ProtocolRule("C-2", "V-1")]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(255)]
    public void A_preface_of_another_version_is_told_which_one_is_spoken(byte version)
    {
        RawClient client = _node.ConnectBare();
        byte[] preface = RawClient.PrefaceBytes();
        preface[4] = version;
        client.Write(preface.AsSpan(0, 7));
        Assert.Null(client.TryRead());
        client.Write(preface.AsSpan(7));

        Assert.Contains("version 1", client.ReadGoAway(GoAwayReason.UnsupportedVersion).Text, StringComparison.Ordinal);
        AssertEnds(client, GoAwayReason.UnsupportedVersion);
    }

    [Fact]
    [ProtocolRule("C-1", "C-4")]
    public void The_node_sends_no_preface_and_ignores_the_last_three_bytes_of_the_clients()
    {
        RawClient client = _node.ConnectBare();
        byte[] preface = RawClient.PrefaceBytes();
        preface.AsSpan(5).Fill(0xAA);
        client.Write(preface);
        Assert.Null(client.TryRead());
        client.Request(MessageType.Setup, RawClient.NewSetup());

        Assert.Equal("node-under-test", client.Read().Answer(SetupReply.Parser).ServerName);
    }

    [Fact]
    [ProtocolRule("F-1", "C-28")]
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
    [ProtocolRule("F-1")]
    public void What_came_before_a_bad_frame_is_answered_before_the_goaway()
    {
        RawClient client = _node.Connect();
        byte[] good = RawClient.RequestBytes(MessageType.Query, 5, new QueryRequest { Name = "s" });
        client.Write([.. good, .. RawClient.FrameBytes(new FrameHeader(0, FrameKind.None, FrameFlags.None, MessageType.None, 0), [])]);

        Assert.Equal(5UL, client.Read().CorrelationId);
        client.ReadGoAway(GoAwayReason.UnknownKind);
    }

    [Theory]
    [ProtocolRule("F-7", "Q-3")]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(ulong.MaxValue)]
    public void Any_correlation_id_is_given_back_as_it_was(ulong correlationId)
    {
        RawClient client = _node.Connect();
        client.Write(RawClient.RequestBytes(MessageType.Query, correlationId, new QueryRequest { Name = "s" }));

        ReceivedFrame answer = client.Read();
        Assert.Equal((FrameKind.Response, MessageType.Query, correlationId), (answer.Kind, answer.Type, answer.CorrelationId));
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
                    new FrameHeader((uint)body.Length, (FrameKind)random.Next(1, 15), (FrameFlags)random.Next(256), (MessageType)random.Next(11), (ulong)random.Next(3)), body);
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
