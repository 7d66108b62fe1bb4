using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Of two connections of a client the one with the higher number stays; a client that has moved keeps what it publishes for a while.</summary>
public sealed class ConnectionNumberTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly byte[] _id = RawClient.NewInstanceId();
    private readonly RawClient _reader;

    public ConnectionNumberTests() => _reader = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void The_higher_number_wins_and_takes_over_what_is_published()
    {
        RawClient old = Connect(5);
        old.Register("s", 1);
        RawClient newer = Connect(6);
        old.ReadGoAway(GoAwayReason.Superseded);
        Assert.Null(old.TryRead());
        Assert.True(old.SeesEnd);
        newer.AssertServed();
        Assert.Equal([1], _reader.Query("s").Ports());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    [InlineData(1)]
    public void A_number_that_is_not_higher_is_told_so_and_the_other_connection_stays(ulong number)
    {
        RawClient first = Connect(5);
        first.Register("s", 1);
        first.Subscribe(1, "t");
        RawClient late = _node.ConnectBare();
        late.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, Setup(number)), .. RawClient.RequestBytes(MessageType.Register, 2, new RegisterRequest { Name = "s", Instance = NewInstance(2) })]);
        late.ReadGoAway(GoAwayReason.Superseded);
        Assert.Null(late.TryRead());
        Assert.True(late.SeesEnd);
        late.Close();

        _node.AdvanceSeconds(15);
        first.Ping(1);
        first.ReadAll();
        _reader.Register("t", 1);
        Assert.Equal([1], first.ReadPush(1).Pushed.Ports());
        Assert.Equal([1], _reader.Query("s").Ports());
        first.Close();
        _reader.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_late_old_connect_never_displaces_a_newer_one_in_whatever_order_they_come()
    {
        RawClient? present = null;
        ulong highest = 0;
        Random random = new(7);
        for (int i = 0; i < 200; i++)
        {
            ulong number = (ulong)random.Next(1, 1000);
            RawClient client = _node.ConnectBare();
            client.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, Setup(number))]);
            if (number > highest)
            {
                client.Read().Answer(SetupReply.Parser);
                present?.ReadGoAway(GoAwayReason.Superseded);
                present?.Close();
                (present, highest) = (client, number);
            }
            else
            {
                client.ReadGoAway(GoAwayReason.Superseded);
                client.Close();
            }

            present!.AssertServed();
        }

        present!.Close();
        _reader.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void The_whole_range_of_numbers_is_in_order()
    {
        RawClient first = Connect(long.MaxValue - 1);
        RawClient second = Connect(long.MaxValue);
        first.ReadGoAway(GoAwayReason.Superseded);
        RawClient third = Connect(ulong.MaxValue - 1);
        second.ReadGoAway(GoAwayReason.Superseded);
        Connect(ulong.MaxValue).AssertServed();
        third.ReadGoAway(GoAwayReason.Superseded);
    }

    [Fact]
    public void Zero_is_refused_and_the_client_may_correct_itself()
    {
        RawClient client = _node.ConnectBare();
        client.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, Setup(0))]);
        ErrorReply error = client.Read().Error;
        Assert.Equal(((uint)ErrorCode.InvalidArgument, "connection_number"), (error.Code, error.Field));
        client.Call(MessageType.Setup, Setup(1)).Answer(SetupReply.Parser);
        client.AssertServed();
    }

    [Fact]
    public void What_a_client_published_that_has_moved_stays_for_ten_seconds_and_goes_then()
    {
        RawClient client = Connect(1);
        client.Register("s", 1);
        _reader.Subscribe(1, "s");
        Leave(client, GoAwayReason.ClientMoved);
        Assert.Equal(0, SessionsBeside(_reader));
        _node.AdvanceSeconds(9.8);
        Assert.Null(_reader.TryRead());
        Assert.Equal([1], _reader.Query("s").Ports());
        _node.AdvanceSeconds(0.4);
        Assert.Equal(EmptyReason.Lost, _reader.ReadPush(1).Pushed.EmptyReason);
        _reader.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_client_that_is_back_before_keeps_what_it_names_again()
    {
        RawClient client = Connect(1);
        client.Batch("s", replace: false, NewInstance(1), NewInstance(2));
        _reader.Subscribe(1, "s");
        Leave(client, GoAwayReason.ClientMoved);
        _node.AdvanceSeconds(6);
        RawClient back = Connect(2);
        back.Register("s", 1);
        _node.AdvanceSeconds(9.5);
        Assert.Null(_reader.TryRead());
        back.Ping(1);
        _reader.Ping(1);
        _node.AdvanceSeconds(1);
        _reader.ReadAll();
        Assert.Equal([1], _reader.Query("s").Ports());
        _node.AdvanceSeconds(15);
        Assert.Equal([1], back.Query("s").Ports());
    }

    [Fact]
    public void A_client_that_leaves_takes_what_it_publishes_along_at_once()
    {
        RawClient client = Connect(1);
        client.Register("s", 1);
        Leave(client, GoAwayReason.ClientClosing);
        Assert.Empty(_reader.Query("s").Instances);
    }

    [Fact]
    public void A_client_that_has_moved_and_publishes_nothing_leaves_nothing()
    {
        RawClient client = Connect(1);
        client.Subscribe(1, "s");
        Leave(client, GoAwayReason.ClientMoved);
        _reader.Close();
        Assert.Equal(0, _node.Node.Services.Clients.Count);
        _node.AssertNothingHeld();
    }

    private static void Leave(RawClient client, GoAwayReason reason)
    {
        byte[] body = new GoAway { Reason = (uint)reason }.ToByteArray();
        client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), body);
        client.Close();
    }

    private int SessionsBeside(params RawClient[] others) => _node.Node.Services.Sessions.Count - others.Length;

    private SetupRequest Setup(ulong number)
    {
        SetupRequest setup = RawClient.NewSetup(_id);
        setup.ConnectionNumber = number;
        return setup;
    }

    private RawClient Connect(ulong number)
    {
        RawClient client = _node.ConnectBare();
        client.SetUp(Setup(number));
        return client;
    }
}
