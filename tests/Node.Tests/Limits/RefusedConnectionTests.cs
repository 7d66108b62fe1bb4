using FastRegistry.Node.Configuration;
using FastRegistry.Node.Sessions;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Tests.Limits;

/// <summary>Connections beyond the limit are told so, however many come.</summary>
public sealed class RefusedConnectionTests : IDisposable
{
    private readonly NodeFixture _node = new(new LimitOptions { Connections = 1 });

    public RefusedConnectionTests() => _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_thousand_refusals_in_a_second_are_all_told_when_their_peers_close()
    {
        for (int i = 0; i < 5_000; i++)
        {
            RawClient client = _node.ConnectBare();
            client.ReadGoAway(GoAwayReason.LimitExceeded);
            Assert.Null(client.TryRead());
            Assert.True(client.SeesEnd);
            client.Close();
            if (i % 10 == 0)
            {
                _node.AdvanceMilliseconds(10);
            }
        }
    }

    [Fact]
    public void A_place_is_free_when_the_peer_closes_and_beyond_the_most_the_oldest_is_closed()
    {
        RawClient[] staying = [.. Enumerable.Range(0, RefusedConnections.Maximum).Select(_ => _node.ConnectBare())];
        Assert.All(staying, static client => Assert.False(client.IsCutOff));
        staying[7].Close();
        RawClient inItsPlace = _node.ConnectBare();
        Assert.All(staying.Where(client => client != staying[7]), static client => Assert.False(client.IsCutOff));

        RawClient beyond = _node.ConnectBare();
        Assert.True(staying[0].IsCutOff);
        Assert.False(staying[1].IsCutOff);
        beyond.ReadGoAway(GoAwayReason.LimitExceeded);
        inItsPlace.ReadGoAway(GoAwayReason.LimitExceeded);

        // It has been told all the same.
        staying[0].ReadGoAway(GoAwayReason.LimitExceeded);
    }

    [Fact]
    public void A_peer_that_does_not_close_is_closed_after_the_linger_time()
    {
        RawClient first = _node.ConnectBare();
        _node.AdvanceSeconds(1);
        RawClient second = _node.ConnectBare();
        _node.AdvanceSeconds(0.9);
        Assert.False(first.IsCutOff);
        _node.AdvanceSeconds(0.2);
        Assert.True(first.IsCutOff);
        Assert.False(second.IsCutOff);
        _node.AdvanceSeconds(1);
        Assert.True(second.IsCutOff);
    }
}
