using System.Buffers;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class SupersedeTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly byte[] _id = RawClient.NewInstanceId();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("C-10", "C-12")]
    public void A_reconnect_changes_no_list_keeps_what_is_named_again_and_drops_the_rest_after_10_seconds()
    {
        RawClient watcher = _node.Connect();
        watcher.Subscribe(1, "s");
        RawClient old = _node.Connect(_id);
        old.Batch("s", replace: false, NewInstance(1), NewInstance(2), NewInstance(3));
        Assert.Equal([1, 2, 3], watcher.Read().Pushed.Ports());

        RawClient young = _node.Connect(_id);
        old.ReadGoAway(GoAwayReason.Superseded);
        young.Register("s", 1);
        old.Close();
        _node.AdvanceSeconds(9.9);
        Assert.Null(watcher.TryRead());
        Assert.Equal([1, 2, 3], watcher.Query("s").Ports());
        _node.AdvanceSeconds(0.2);

        Assert.Equal([1], watcher.Read().Pushed.Ports());
        Assert.Null(watcher.TryRead());
        watcher.Close();
        young.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_superseded_session_that_closes_late_releases_nothing()
    {
        RawClient old = _node.Connect(_id);
        old.Register("s", 1);
        RawClient young = _node.Connect(_id);
        young.Register("s", 1);
        _node.AdvanceSeconds(15);

        Assert.Equal([1], young.Query("s").Ports());
        Assert.Equal(1, _node.Node.Services.Sessions.Count);
        old.Close();
        young.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_new_session_of_a_client_whose_old_one_is_gone_starts_with_nothing()
    {
        RawClient old = _node.Connect(_id);
        old.Register("s", 1);
        old.Close();
        RawClient young = _node.Connect(_id);

        Assert.Empty(young.Query("s").Instances);
        young.Register("s", 2);
        _node.AdvanceSeconds(15);
        Assert.Equal([2], young.Query("s").Ports());
    }

    [Fact]
    public void Each_takeover_gives_the_full_time_to_name_everything_again()
    {
        RawClient first = _node.Connect(_id);
        first.Batch("s", replace: false, NewInstance(1), NewInstance(2));
        _node.Connect(_id);
        _node.AdvanceSeconds(8);
        RawClient third = _node.Connect(_id);
        third.Register("s", 1);
        _node.AdvanceSeconds(9.5);

        Assert.Equal([1, 2], third.Query("s").Ports());
        _node.AdvanceSeconds(1);
        Assert.Equal([1], third.Query("s").Ports());
    }

    [Fact]
    public void The_number_counts_only_against_a_session_that_is_there()
    {
        RawClient first = ConnectAs(ulong.MaxValue);
        first.Close();
        ConnectAs(1).Query("s");
    }

    [Theory]
    [ProtocolRule("C-10")]
    [InlineData(MessageType.Register)]
    [InlineData(MessageType.BatchRegister)]
    [InlineData(MessageType.Deregister)]
    public void What_a_superseded_session_still_had_in_hand_is_refused(MessageType type)
    {
        RawClient old = _node.Connect(_id);
        old.Register("s", 1);
        RawClient young = _node.Connect(_id);
        young.Register("s", 1);

        // As when its receive path was in the middle of a batch while the other session came.
        BatchRegisterRequest batch = new() { Name = "s" };
        batch.Instances.Add(NewInstance(2));
        DeregisterRequest deregister = new() { Name = "s" };
        deregister.Keys.Add(new InstanceKey { Ip = "10.0.0.1", Port = 1 });
        byte[] late = type switch
        {
            MessageType.Register => RawClient.RequestBytes(type, 7, new RegisterRequest { Name = "s", Instance = NewInstance(2) }),
            MessageType.BatchRegister => RawClient.RequestBytes(type, 7, batch),
            _ => RawClient.RequestBytes(type, 7, deregister),
        };
        BatchWriter replies = old.Connection.RentBatch();
        old.Session.OnReceived(new ReadOnlySequence<byte>(late), replies);
        old.Connection.ReturnBatch(replies);

        Assert.Equal([1], young.Query("s").Ports());
    }

    private RawClient ConnectAs(ulong number)
    {
        RawClient client = _node.ConnectBare();
        client.SetUp(Setup(number));
        return client;
    }

    private SetupRequest Setup(ulong number)
    {
        SetupRequest setup = RawClient.NewSetup(_id);
        setup.ConnectionNumber = number;
        return setup;
    }

    [Fact]
    [ProtocolRule("C-13")]
    public void Subscriptions_of_the_old_session_end_with_it()
    {
        RawClient old = _node.Connect(_id);
        old.Subscribe(1, "s");
        RawClient young = _node.Connect(_id);
        old.Close();
        young.Register("s", 1);

        Assert.Null(young.TryRead());
        Assert.True(_node.Registry.TryGet(new ServiceKey("public", "DEFAULT_GROUP", "s"), out ServiceEntry? entry));
        Assert.Equal(0, entry.SubscriberCount);
    }
}
