using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class SessionLimitTests : IDisposable
{
    private readonly NodeFixture _node = new(new LimitOptions { Connections = 2 });

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_connection_beyond_the_limit_is_told_goaway_with_the_option()
    {
        RawClient first = _node.Connect();
        RawClient second = _node.Connect();
        RawClient third = _node.ConnectBare();

        Assert.Contains("Limits:Connections", third.ReadGoAway(GoAwayReason.LimitExceeded).Text, StringComparison.Ordinal);
        Assert.Null(third.TryRead());
        Assert.True(third.SeesEnd);
        third.Close();
        first.Close();
        RawClient fourth = _node.Connect();
        fourth.Query("s");
        second.Close();
        fourth.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_refused_connection_that_does_not_close_is_closed_after_the_linger_time()
    {
        _node.Connect();
        _node.Connect();
        RawClient third = _node.ConnectBare();
        _node.AdvanceSeconds(1.9);
        third.ReadGoAway(GoAwayReason.LimitExceeded);
        Assert.False(third.IsCutOff);
        _node.AdvanceSeconds(0.3);

        Assert.True(third.IsCutOff);
    }

    [Fact]
    [ProtocolRule("G-2")]
    public void A_node_that_stops_refuses_new_connections_as_stopping()
    {
        _node.Node.Services.Sessions.Close();
        RawClient client = _node.ConnectBare();

        client.ReadGoAway(GoAwayReason.Stopping);
    }

    [Fact]
    public void However_many_are_refused_at_a_time_each_is_told_why_and_one_beyond_1024_closes_the_oldest()
    {
        _node.Connect();
        _node.Connect();
        RawClient[] refused = [.. Enumerable.Range(0, 1026).Select(_ => _node.ConnectBare())];

        Assert.All(refused, static client => client.ReadGoAway(GoAwayReason.LimitExceeded));
        Assert.All(refused[..2], static client => Assert.True(client.IsCutOff));
        Assert.All(refused[2..], static client => Assert.False(client.IsCutOff));
    }

    [Fact]
    public void A_refused_connection_that_closes_makes_room_for_the_next_one()
    {
        _node.Connect();
        _node.Connect();
        RawClient first = _node.ConnectBare();
        for (int i = 0; i < 2000; i++)
        {
            RawClient refused = _node.ConnectBare();
            refused.ReadGoAway(GoAwayReason.LimitExceeded);
            refused.Close();
        }

        Assert.False(first.IsCutOff);
    }

    [Fact]
    public void A_thousand_sessions_leave_nothing_behind()
    {
        using NodeFixture node = new();
        for (int round = 0; round < 2; round++)
        {
            RawClient[] clients = [.. Enumerable.Range(0, 500).Select(_ => node.Connect())];
            for (int i = 0; i < clients.Length; i++)
            {
                clients[i].Register($"s{i % 7}", i + 1);
                clients[i].Subscribe(1, $"s{i % 5}");
            }

            Assert.Equal(500, node.Node.Services.Sessions.Count);
            foreach (RawClient client in clients)
            {
                client.Close();
            }
        }

        node.AssertNothingHeld();
    }
}
