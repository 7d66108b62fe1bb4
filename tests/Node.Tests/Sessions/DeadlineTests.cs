using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class DeadlineTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("C-23")]
    public void A_connection_that_says_nothing_is_told_goaway_after_5_seconds()
    {
        RawClient client = _node.ConnectBare();
        _node.AdvanceSeconds(4.9);
        Assert.Null(client.TryRead());
        _node.AdvanceSeconds(0.2);

        client.ReadGoAway(GoAwayReason.SetupTimeout);
        AssertLingers(client);
    }

    [Fact]
    public void One_byte_a_second_does_not_stretch_the_handshake()
    {
        RawClient client = _node.ConnectBare();
        byte[] bytes = [.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, RawClient.NewSetup())];
        for (int i = 0; i < 5; i++)
        {
            Assert.Null(client.TryRead());
            client.Write([bytes[i]]);
            _node.AdvanceSeconds(1);
        }

        _node.AdvanceSeconds(0.1);
        client.ReadGoAway(GoAwayReason.SetupTimeout);
    }

    [Fact]
    [ProtocolRule("C-6", "C-23")]
    public void Wrong_set_ups_do_not_stretch_the_handshake()
    {
        RawClient client = _node.ConnectBare();
        client.Write(RawClient.PrefaceBytes());
        for (int i = 0; i < 5; i++)
        {
            Assert.True(client.Call(MessageType.Setup, new SetupRequest()).IsError);
            _node.AdvanceSeconds(1);
        }

        _node.AdvanceSeconds(0.1);
        client.ReadGoAway(GoAwayReason.SetupTimeout);
    }

    [Fact]
    [ProtocolRule("C-23")]
    public void A_started_frame_at_one_byte_a_second_is_told_goaway_after_10_seconds()
    {
        RawClient client = _node.Connect();
        byte[] frame = RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "s" });
        for (int i = 0; i < 10; i++)
        {
            Assert.Null(client.TryRead());
            client.Write([frame[i]]);
            _node.AdvanceSeconds(1);
        }

        _node.AdvanceSeconds(0.1);
        client.ReadGoAway(GoAwayReason.FrameTimeout);
        AssertLingers(client);
    }

    [Fact]
    public void Frames_that_are_each_finished_in_time_may_arrive_slowly()
    {
        RawClient client = _node.Connect();
        byte[] frame = RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "s" });
        for (int i = 0; i < 5; i++)
        {
            // The end of one frame and the start of the next arrive together.
            client.Write(frame.AsSpan(0, 7));
            _node.AdvanceSeconds(8);
            client.Write(frame.AsSpan(7));
            client.Read().Answer(Snapshot.Parser);
        }

        Assert.Null(client.Connection.CloseReason);
    }

    [Fact]
    [ProtocolRule("C-20")]
    public void Silence_is_probed_after_20_seconds_and_ejected_5_seconds_later()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        _node.AdvanceSeconds(19.9);
        Assert.Null(client.TryRead());
        _node.AdvanceSeconds(0.2);
        Assert.Equal(FrameKind.Probe, client.Read().Kind);
        _node.AdvanceSeconds(4.8);
        Assert.Null(client.TryRead());
        _node.AdvanceSeconds(0.2);

        // Now and not after the linger time: a peer that is gone does not read its goaway.
        Assert.Equal(0, _node.Registry.PublicationCount);
        Assert.Equal(0, _node.Node.Services.Clients.Count);
        client.ReadGoAway(GoAwayReason.IdleTimeout);
        AssertLingers(client);
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_probe_answered_within_the_same_millisecond_keeps_the_session()
    {
        RawClient client = _node.Connect();
        for (int round = 0; round < 3; round++)
        {
            long probed = -1;
            for (int i = 0; i < 250 && probed < 0; i++)
            {
                _node.AdvanceSeconds(0.1);
                if (client.TryRead() is { Kind: FrameKind.Probe } probe)
                {
                    probed = _node.Wheel.Now;
                    client.WriteFrame(new FrameHeader(UInt64Body.Size, FrameKind.Pong, FrameFlags.None, MessageType.None, 0), probe.Body);
                }
            }

            Assert.True(probed >= 0, $"no probe in round {round}; closed: {client.Connection.CloseReason}");
        }

        Assert.Null(client.Connection.CloseReason);
    }

    [Fact]
    public void Anything_that_arrives_answers_a_probe()
    {
        RawClient client = _node.Connect();
        _node.AdvanceSeconds(22);
        Assert.Equal(FrameKind.Probe, client.Read().Kind);
        client.WriteFrame(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, 99));
        _node.AdvanceSeconds(19.8);
        Assert.Null(client.TryRead());
        _node.AdvanceSeconds(0.3);
        Assert.Equal(FrameKind.Probe, client.Read().Kind);
        Assert.Null(client.Connection.CloseReason);
    }

    [Fact]
    public void A_client_that_pings_is_never_probed()
    {
        RawClient client = _node.Connect();
        for (ulong i = 0; i < 40; i++)
        {
            client.Ping(i);
            ReceivedFrame pong = client.Read();
            Assert.Equal(FrameKind.Pong, pong.Kind);
            Assert.Equal(i, UInt64Body.Read(pong.Body).Value);
            Assert.Null(client.TryRead());
            _node.AdvanceSeconds(5);
        }
    }

    [Fact]
    [ProtocolRule("C-18", "F-9")]
    public void A_probe_from_the_client_is_answered()
    {
        RawClient client = _node.Connect();
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(42).Write(body);
        client.WriteFrame(new FrameHeader(UInt64Body.Size, FrameKind.Probe, FrameFlags.None, MessageType.None, 0), body);

        Assert.Equal(42UL, UInt64Body.Read(client.Read().Body).Value);
    }

    [Fact]
    public void A_suspended_process_ejects_nobody()
    {
        RawClient ready = _node.Connect();
        RawClient handshaking = _node.ConnectBare();
        RawClient started = _node.Connect();
        started.Write([1, 2]);
        RawClient probed = _node.Connect();
        _node.AdvanceSeconds(3);
        started.Write([3]);
        _node.Time.Suspend(TimeSpan.FromSeconds(30));
        _node.Pump();
        _node.AdvanceSeconds(3);

        foreach (RawClient client in new[] { ready, handshaking, started, probed })
        {
            Assert.Null(client.TryRead());
            Assert.Null(client.Connection.CloseReason);
        }

        // Each deadline has its full time again from the end of the pause.
        _node.AdvanceSeconds(2.2);
        handshaking.ReadGoAway(GoAwayReason.SetupTimeout);
        _node.AdvanceSeconds(16);
        Assert.Equal(FrameKind.Probe, ready.Read().Kind);

        _node.Time.Suspend(TimeSpan.FromSeconds(30));
        _node.AdvanceSeconds(4);
        Assert.Null(probed.Connection.CloseReason);
        Assert.Equal(FrameKind.Probe, probed.Read().Kind);
        _node.AdvanceSeconds(1.2);
        probed.ReadGoAway(GoAwayReason.IdleTimeout);
    }

    [Fact]
    [ProtocolRule("C-28")]
    public void A_peer_that_reads_no_goaway_is_cut_off_after_the_linger_time()
    {
        RawClient client = _node.Connect();
        client.Request(MessageType.Setup, RawClient.NewSetup());
        Assert.Equal(1, _node.Node.Services.Sessions.Count);
        _node.AdvanceSeconds(1.9);
        Assert.Equal(1, _node.Node.Services.Sessions.Count);
        _node.AdvanceSeconds(0.2);
        Assert.Equal(0, _node.Node.Services.Sessions.Count);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("C-25")]
    public void A_client_that_says_goaway_is_released_when_it_closes()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        byte[] body = [0x08, (byte)GoAwayReason.ClientClosing];
        client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), body);
        Assert.Equal(CloseKind.GoAwayReceived, client.Connection.CloseReason!.Kind);
        client.Close();

        Assert.Equal(0, _node.Registry.PublicationCount);
        _node.AssertNothingHeld();
    }

    private void AssertLingers(RawClient client)
    {
        Assert.Null(client.TryRead());
        Assert.True(client.SeesEnd);
        int sessions = _node.Node.Services.Sessions.Count;
        _node.AdvanceSeconds(1.7);
        Assert.Equal(sessions, _node.Node.Services.Sessions.Count);
        _node.AdvanceSeconds(0.4);
        Assert.Equal(sessions - 1, _node.Node.Services.Sessions.Count);
        client.Close();
    }
}
