using FastRegistry.Node.Sessions;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Clients are told what has changed in the cluster since their set-up.</summary>
public sealed class NodeInfoTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Every_client_is_told_with_a_push_of_no_subscription()
    {
        RawClient[] clients = [.. Enumerable.Range(0, 600).Select(_ => _node.Connect())];
        _node.Node.Cluster.Announce(State(majority: false, "10.0.0.1:1", "10.0.0.2:1"));
        _node.AdvanceSeconds(0.1);
        foreach (RawClient client in clients)
        {
            ReceivedFrame push = Assert.Single(client.ReadAll());
            Assert.Equal(0UL, push.CorrelationId);
            Assert.False(push.PushedNodeInfo.SeesMajority);
            Assert.Equal(["10.0.0.1:1", "10.0.0.2:1"], push.PushedNodeInfo.ClientAddresses);
        }
    }

    [Fact]
    public void At_most_one_a_second_is_sent_and_the_newest_state_is_the_last()
    {
        RawClient client = _node.Connect();
        List<(int Tenth, NodeInfo Info)> told = [];
        for (int tenth = 0; tenth < 60; tenth++)
        {
            if (tenth < 35)
            {
                _node.Node.Cluster.Announce(State(majority: true, $"10.0.0.{tenth}:1"));
            }

            _node.AdvanceSeconds(0.1);
            told.AddRange(client.ReadAll().Select(frame => (tenth, frame.PushedNodeInfo)));
        }

        Assert.Equal(0, told[0].Tenth);
        Assert.All(told.Zip(told[1..]), static pair => Assert.True(pair.Second.Tenth - pair.First.Tenth >= 9, $"{pair.First} {pair.Second}"));
        Assert.InRange(told.Count, 4, 5);
        Assert.Equal(["10.0.0.34:1"], told[^1].Info.ClientAddresses);
    }

    [Fact]
    public void A_client_above_its_mark_is_told_when_it_has_read()
    {
        RawClient provider = _node.Connect();
        provider.Publish("filler", 50);
        provider.Query("filler");
        RawClient slow = _node.Connect(capacityBytes: 4096);
        RawClient quick = _node.Connect();
        byte[] query = RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "filler" });
        slow.Write([.. query, .. query, .. query]);
        Assert.True(slow.Connection.Outbound.IsAboveHighWaterMark);
        _node.Node.Cluster.Announce(State(majority: false, "10.0.0.1:1"));
        _node.AdvanceSeconds(3);
        Assert.False(Assert.Single(quick.ReadAll()).PushedNodeInfo.SeesMajority);
        Assert.Equal(3, slow.ReadAll().Count);

        _node.AdvanceSeconds(1.1);
        Assert.False(Assert.Single(slow.ReadAll()).PushedNodeInfo.SeesMajority);
        _node.AdvanceSeconds(3);
        Assert.Null(slow.TryRead());
        Assert.Null(quick.TryRead());
    }

    [Fact]
    public void A_client_above_its_mark_is_told_the_newest_state_only()
    {
        RawClient provider = _node.Connect();
        provider.Publish("filler", 50);
        provider.Query("filler");
        RawClient slow = _node.Connect(capacityBytes: 4096);
        byte[] query = RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "filler" });
        slow.Write([.. query, .. query, .. query]);
        for (int i = 1; i <= 5; i++)
        {
            _node.Node.Cluster.Announce(State(majority: true, $"10.0.0.{i}:1"));
            _node.AdvanceSeconds(1.1);
        }

        Assert.Equal(3, slow.ReadAll().Count(static frame => frame.Kind == FrameKind.Response));
        _node.AdvanceSeconds(2);
        Assert.Equal(["10.0.0.5:1"], Assert.Single(slow.ReadAll()).PushedNodeInfo.ClientAddresses);
    }

    [Fact]
    public void Set_up_replies_say_it_from_then_on_and_who_is_not_set_up_is_not_told()
    {
        RawClient early = _node.ConnectBare();
        _node.Node.Cluster.Announce(State(majority: false, "10.0.0.1:1"));
        SetupReply reply = _node.ConnectBare().SetUp(RawClient.NewSetup());
        Assert.False(reply.SeesMajority);
        Assert.Equal(["10.0.0.1:1"], reply.ClientAddresses);
        _node.AdvanceSeconds(2);
        Assert.Null(early.TryRead());
        Assert.False(early.SetUp(RawClient.NewSetup()).SeesMajority);
        _node.AdvanceSeconds(2);
        Assert.Null(early.TryRead());
    }

    [Fact]
    public void A_client_that_has_left_meanwhile_is_nobody_to_wait_for()
    {
        RawClient provider = _node.Connect();
        provider.Publish("filler", 50);
        provider.Query("filler");
        RawClient slow = _node.Connect(capacityBytes: 4096);
        byte[] query = RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "filler" });
        slow.Write([.. query, .. query, .. query]);
        _node.Node.Cluster.Announce(State(majority: false, "10.0.0.1:1"));
        _node.AdvanceSeconds(0.1);
        slow.Close();
        provider.Close();
        _node.AssertNothingHeld();
    }

    private static ClusterState State(bool majority, params string[] addresses) => new(majority, addresses);
}
