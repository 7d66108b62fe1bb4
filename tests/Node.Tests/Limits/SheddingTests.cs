using System.Text;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Sessions;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Limits;

/// <summary>Rules that become tighter, and operators, have clients leave gently. Virtual time.</summary>
public sealed class SheddingTests : IDisposable
{
    private readonly NodeFixture _node = new(new LimitOptions { RedirectAddresses = "10.9.9.1:7848" });

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Tighter_rules_send_the_newest_away_one_after_the_other()
    {
        RawClient[] clients = [.. Enumerable.Range(0, 6).Select(_ => Connect("10.0.0.1"))];
        RawClient elsewhere = Connect("10.0.0.2");
        Apply("""{"perAddress":2}""");
        _node.AdvanceSeconds(0.05);
        GoAway goAway = clients[5].ReadGoAway(GoAwayReason.LimitExceeded);
        Assert.Equal("perAddress is 2 (Limits:RulesFile)", goAway.Text);
        Assert.Equal(["10.9.9.1:7848"], goAway.Addresses);
        Assert.Null(clients[4].TryRead());

        // Served until it leaves.
        clients[5].Query("s");
        _node.AdvanceSeconds(0.1);
        clients[4].ReadGoAway(GoAwayReason.LimitExceeded);
        _node.AdvanceSeconds(1);
        clients[3].ReadGoAway(GoAwayReason.LimitExceeded);
        clients[2].ReadGoAway(GoAwayReason.LimitExceeded);
        Assert.Null(clients[1].TryRead());
        Assert.Null(clients[0].TryRead());
        Assert.Null(elsewhere.TryRead());
        Assert.Equal(4, Metric("fastregistry_connections_shed_total"));

        // Who does not leave is closed after the linger time.
        _node.AdvanceSeconds(2.2);
        Assert.Equal(3, _node.Node.Services.Sessions.Count);
        Assert.True(clients[5].IsCutOff);
        Close([.. clients, elsewhere]);
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("G-3")]
    public void However_busy_it_is_a_client_that_does_not_leave_is_closed_after_the_linger_time()
    {
        RawClient client = Connect("10.0.0.1");
        Apply("""{"connections":0}""");
        _node.AdvanceSeconds(0.05);
        client.ReadGoAway(GoAwayReason.LimitExceeded);
        for (int i = 0; i < 19; i++)
        {
            client.Ping(1);
            client.ReadAll();
            client.Write(RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "s" }).AsSpan(0, 5));
            client.Write(RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "s" }).AsSpan(5));
            client.ReadAll();
            _node.AdvanceSeconds(0.1);
        }

        Assert.Equal(1, _node.Node.Services.Sessions.Count);
        _node.AdvanceSeconds(0.3);
        Assert.Equal(0, _node.Node.Services.Sessions.Count);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Applications_and_the_whole_node_are_shed_too_and_nobody_twice()
    {
        RawClient[] orders = [.. Enumerable.Range(0, 3).Select(_ => _node.ConnectApplication("orders", "10.0.0.1"))];
        RawClient[] others = [.. Enumerable.Range(0, 3).Select(i => Connect($"10.0.1.{i}"))];
        Apply("""{"connections":3,"perApplicationRules":{"orders":1}}""");
        _node.AdvanceSeconds(1);

        // Two of the application go by its rule, and with one left of it there is room for two others.
        Assert.Equal([0, 1, 1], orders.Select(GoAways));
        Assert.Equal([0, 0, 1], others.Select(GoAways));
        Close([.. orders, .. others]);
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Not_more_than_a_tenth_leaves_in_a_second()
    {
        RawClient[] clients = [.. Enumerable.Range(0, 400).Select(_ => Connect("10.0.0.1"))];
        Apply("""{"connections":100}""");
        _node.AdvanceSeconds(1);
        int asked = clients.Sum(GoAways);
        Assert.InRange(asked, 36, 44);
        Close(clients);
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Wider_rules_stop_what_tighter_ones_began()
    {
        RawClient[] clients = [.. Enumerable.Range(0, 10).Select(_ => Connect("10.0.0.1"))];
        Apply("""{"connections":0}""");
        _node.AdvanceSeconds(0.25);
        Apply("{}");
        _node.AdvanceSeconds(1);
        Assert.InRange(clients.Sum(GoAways), 1, 4);
        Close(clients);
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Who_was_just_setting_up_is_shed_afterwards()
    {
        RawClient first = Connect("10.0.0.1");
        RawClient handshaking = _node.ConnectBare(address: "10.0.0.1");
        Apply("""{"perAddress":1}""");
        _node.AdvanceSeconds(1);
        handshaking.SetUp();
        _node.AdvanceSeconds(4.2);
        handshaking.ReadGoAway(GoAwayReason.LimitExceeded);
        Assert.Null(first.TryRead());
        Close([first, handshaking]);
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("G-3")]
    public void An_operator_has_the_newest_move_to_the_address_given()
    {
        RawClient[] clients = [.. Enumerable.Range(0, 5).Select(_ => Connect("10.0.0.1"))];
        _node.Node.OperatorShedder.Start(() => SheddingPolicy.Beyond(_node.Node.Services.Sessions, 3, ["10.0.0.9:7848"]));
        _node.AdvanceSeconds(1);
        Assert.Equal([0, 0, 0], clients[..3].Select(GoAways));
        foreach (RawClient client in clients[3..])
        {
            Assert.Equal(["10.0.0.9:7848"], client.ReadGoAway(GoAwayReason.Move).Addresses);
        }

        Assert.Equal(2, Metric("fastregistry_connections_moved_total"));
        Assert.Equal(0, Metric("fastregistry_connections_shed_total"));
        Close(clients);
        _node.AssertNothingHeld();
    }

    [Fact]
    public void What_a_client_publishes_stays_until_its_connection_ends()
    {
        RawClient client = Connect("10.0.0.1");
        client.Register("s", 1);
        Assert.True(client.Session.TryAskToMove(GoAwayReason.Move, "", []));
        Assert.False(client.Session.TryAskToMove(GoAwayReason.Move, "", []));
        _node.AdvanceSeconds(1.9);
        Assert.Equal(1, _node.Registry.PublicationCount);
        _node.AdvanceSeconds(0.3);
        Assert.Equal(0, _node.Registry.PublicationCount);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_file_that_changes_sheds()
    {
        string path = Path.GetTempFileName();
        try
        {
            using NodeFixture node = new(new LimitOptions { RulesFile = path });
            File.WriteAllText(path, """{"connections":5}""");
            node.Node.RulesFile!.Step();
            RawClient[] clients = [node.Connect(), node.Connect()];
            File.WriteAllText(path, """{"connections":1}""");
            node.Node.RulesFile.Step();
            node.AdvanceSeconds(0.1);
            Assert.Equal([0, 1], clients.Select(GoAways));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static int GoAways(RawClient client) => client.ReadAll().Count(static frame => frame.Kind == FrameKind.GoAway);

    private static void Close(IEnumerable<RawClient> clients)
    {
        foreach (RawClient client in clients)
        {
            client.Close();
        }
    }

    private RawClient Connect(string address)
    {
        RawClient client = _node.ConnectBare(address: address);
        client.SetUp();
        return client;
    }

    private double Metric(string name) => _node.Node.Metrics.Definitions.Single(metric => metric.Name == name).Read();

    private void Apply(string json) => _node.Node.Apply(ConnectionRulesReader.Read(Encoding.UTF8.GetBytes(json)));
}
