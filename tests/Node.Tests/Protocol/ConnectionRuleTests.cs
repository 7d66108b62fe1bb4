using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Protocol;

/// <summary>Rules of sections 2, 8 and 12 of <c>docs/protocol.md</c> about connections of one client, epochs and goaways.</summary>
public sealed class ConnectionRuleTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [ProtocolRule("C-11", "G-4")]
    [InlineData(5UL, 5UL)]
    [InlineData(5UL, 4UL)]
    [InlineData(ulong.MaxValue, 1UL)]
    public void A_connection_whose_number_is_not_higher_is_sent_away_and_the_one_that_is_there_goes_on(ulong there, ulong late)
    {
        byte[] id = RawClient.NewInstanceId();
        RawClient first = Connect(id, there);
        first.Read().Answer(SetupReply.Parser);
        first.Register("s", 1);
        first.Subscribe(7, "s");
        RawClient second = Connect(id, late);

        second.ReadGoAway(GoAwayReason.Superseded);
        Assert.Null(second.TryRead());
        Assert.True(second.SeesEnd);
        second.Close();
        first.Register("s", 2);
        Assert.Equal([1, 2], first.ReadPush(7).Pushed.Ports());
        Assert.Null(first.Connection.CloseReason);
        first.Close();
        _node.AssertNothingHeld();
    }

    [Theory]
    [ProtocolRule("C-9", "C-10")]
    [InlineData(1UL, 2UL)]
    [InlineData(5UL, 1_000_000UL)]
    [InlineData(1UL, ulong.MaxValue)]
    public void A_connection_with_a_higher_number_takes_the_client_over(ulong there, ulong later)
    {
        byte[] id = RawClient.NewInstanceId();
        RawClient first = Connect(id, there);
        first.Read().Answer(SetupReply.Parser);
        first.Register("s", 1);
        RawClient second = Connect(id, later);

        second.Read().Answer(SetupReply.Parser);
        first.ReadGoAway(GoAwayReason.Superseded);
        Assert.True(first.TryRead() is null && first.SeesEnd);
        Assert.Equal([1], second.Query("s").Ports());
    }

    [Fact]
    [ProtocolRule("C-9")]
    public void After_the_client_has_gone_any_number_counts()
    {
        byte[] id = RawClient.NewInstanceId();
        RawClient first = Connect(id, 9);
        first.Read().Answer(SetupReply.Parser);
        first.Close();

        Connect(id, 1).Read().Answer(SetupReply.Parser);
    }

    [Fact]
    [ProtocolRule("L-2")]
    public void A_node_keeps_its_number_and_is_told_apart_by_the_time_of_its_start()
    {
        using NodeFixture again = new();
        using NodeFixture other = new(id: "another");
        Epoch epoch = Told(_node);

        Assert.Equal((ulong)_node.Time.GetUtcNow().ToUnixTimeMilliseconds(), epoch.Incarnation);
        Assert.Equal(epoch.Node, Told(again).Node);
        Assert.NotEqual(epoch.Node, Told(other).Node);
        Assert.Equal(epoch, _node.Connect().Query("s").Epoch);

        static Epoch Told(NodeFixture node) => node.ConnectBare().SetUp().Epoch;
    }

    [Fact]
    [ProtocolRule("C-17", "C-16")]
    public void A_node_announces_all_limits()
    {
        Wire.Messages.Limits limits = _node.ConnectBare().SetUp().Limits;

        Assert.Equal((1_024U, 1_048_576U, 10_000U, 100_000U), (limits.OutstandingRequests, limits.RequestBytes, limits.Subscriptions, limits.Publications));
        Assert.Equal((16U, 268_435_456UL, 262_144U), (limits.Streams, limits.StreamBytes, limits.StreamCreditBytes));
    }

    private RawClient Connect(byte[] id, ulong number)
    {
        SetupRequest setup = RawClient.NewSetup(id);
        setup.ConnectionNumber = number;
        RawClient client = _node.ConnectBare();
        client.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, setup)]);
        return client;
    }
}
