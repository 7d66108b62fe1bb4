using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class StuckStreamTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("C-22")]
    public void A_client_that_gives_no_credit_for_a_minute_is_closed_however_often_it_pings()
    {
        RawClient publisher = _node.Connect();
        string metadata = new('x', 900);
        publisher.Batch("s", replace: false, [.. Enumerable.Range(0, 600).Select(port => NewInstance(port, metadata: metadata))]);
        RawClient client = _node.Connect();
        client.GivesCredit = false;
        client.Request(MessageType.Query, new Wire.Messages.QueryRequest { Name = "s" });
        for (int i = 0; i < 59; i++)
        {
            client.Ping(1);
            publisher.Ping(1);
            _node.AdvanceSeconds(1);
        }

        Assert.Null(client.Connection.CloseReason);
        client.Ping(1);
        publisher.Ping(1);
        _node.AdvanceSeconds(1.1);

        Assert.Equal(GoAwayReason.SlowConsumer, client.Connection.CloseReason?.GoAway);
        Assert.Null(publisher.Connection.CloseReason);
        Assert.Equal(GoAwayReason.SlowConsumer, (GoAwayReason)client.ReadAll()[^1].GoAway.Reason);
        client.Close();
        publisher.Close();
        _node.AssertNothingHeld();
    }
}
