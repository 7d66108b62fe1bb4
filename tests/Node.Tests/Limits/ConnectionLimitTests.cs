using System.Text;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Limits;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Limits;

/// <summary>Who is let in. Sessions in memory that tell a socket address.</summary>
public sealed class ConnectionLimitTests : IDisposable
{
    private readonly NodeFixture _node = new(new LimitOptions { RedirectAddresses = "10.9.9.1:7848, two.example:7848" });

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("C-24")]
    public void An_address_beyond_its_limit_is_told_the_limit_its_value_and_where_to_go()
    {
        Rules("""{"perAddress":2,"perAddressRules":{"10.0.1.0/24":1}}""");
        RawClient first = Connect("10.0.0.1");
        RawClient second = Connect("10.0.0.1");

        GoAway goAway = _node.ConnectBare(address: "10.0.0.1").ReadGoAway(GoAwayReason.LimitExceeded);
        Assert.Equal("perAddress is 2 (Limits:RulesFile)", goAway.Text);
        Assert.Equal(["10.9.9.1:7848", "two.example:7848"], goAway.Addresses);

        // A network's rule is for each of its addresses.
        RawClient third = Connect("10.0.1.1");
        RawClient fourth = Connect("10.0.1.2");
        goAway = _node.ConnectBare(address: "10.0.1.2").ReadGoAway(GoAwayReason.LimitExceeded);
        Assert.Equal("perAddressRules \"10.0.1.0/24\" is 1 (Limits:RulesFile)", goAway.Text);
        Assert.Equal(2, Metric("fastregistry_connections_refused_address_total"));
        Assert.Equal(2, Metric("fastregistry_connections_refused_total"));
        Assert.Equal(3, Metric("fastregistry_connections_addresses"));

        first.Close();
        RawClient fifth = Connect("10.0.0.1");
        foreach (RawClient client in new[] { second, third, fourth, fifth })
        {
            client.Close();
        }

        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_refused_address_leaves_no_entry()
    {
        Rules("""{"perAddressRules":{"10.0.0.0/8":0}}""");
        for (int i = 0; i < 20; i++)
        {
            _node.ConnectBare(address: $"10.0.0.{i}").ReadGoAway(GoAwayReason.LimitExceeded);
        }

        Assert.Equal(0, _node.Node.Services.Limits.Addresses);
    }

    [Fact]
    public void The_rule_for_all_connections_is_told_like_the_setting()
    {
        Rules("""{"connections":1}""");
        RawClient first = Connect("10.0.0.1");
        GoAway goAway = _node.ConnectBare(address: "10.0.0.2").ReadGoAway(GoAwayReason.LimitExceeded);
        Assert.Equal("connections is 1 (Limits:RulesFile)", goAway.Text);
        Assert.Equal(2, goAway.Addresses.Count);
        Assert.Equal(1, Metric("fastregistry_connections_refused_node_total"));
        first.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void An_application_beyond_its_limit_is_refused_at_its_set_up()
    {
        Rules("""{"perApplication":2,"perApplicationRules":{"orders":1}}""");
        RawClient orders = _node.ConnectApplication("orders");
        RawClient stock = _node.ConnectApplication("stock");
        RawClient[] unnamed = [_node.Connect(), _node.Connect(), _node.Connect()];

        RawClient refused = _node.ConnectBare();
        refused.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, SetupOf(("app", "orders")))]);
        GoAway goAway = refused.ReadGoAway(GoAwayReason.LimitExceeded);
        Assert.Equal("perApplicationRules \"orders\" is 1 (Limits:RulesFile)", goAway.Text);
        Assert.Equal(2, goAway.Addresses.Count);
        Assert.Null(refused.TryRead());
        Assert.True(refused.SeesEnd);
        refused.Close();
        Assert.Equal(1, Metric("fastregistry_connections_refused_application_total"));

        orders.Close();
        RawClient next = _node.ConnectApplication("orders");
        foreach (RawClient client in (RawClient[])[stock, next, .. unnamed])
        {
            client.Close();
        }

        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_client_that_returns_beside_its_half_open_connection_is_let_in_at_the_limit()
    {
        Rules("""{"perApplication":1}""");
        byte[] id = RawClient.NewInstanceId();
        RawClient old = ConnectAs(id);
        RawClient returned = ConnectAs(id);
        old.ReadGoAway(GoAwayReason.Superseded);
        old.Close();
        returned.Query("s");
        returned.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Sessions_that_said_the_same_share_one_profile()
    {
        RawClient first = ConnectWith(("app", "orders"), ("zone", "a"));
        RawClient second = ConnectWith(("zone", "a"), ("app", "orders"));
        RawClient other = ConnectWith(("zone", "b"), ("app", "orders"));
        Assert.Same(first.Session.Profile, second.Session.Profile);
        Assert.NotSame(first.Session.Profile, other.Session.Profile);
        Assert.Equal(2, _node.Node.Services.Profiles.Count);
        Assert.Equal("orders", first.Session.Profile.Application);
        first.Close();
        Assert.Equal(2, _node.Node.Services.Profiles.Count);
        second.Close();
        other.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Labels_are_bounded_in_number_and_length()
    {
        RawClient client = _node.ConnectBare();
        client.Write(RawClient.PrefaceBytes());
        AssertRefused(client, "labels", [.. Enumerable.Range(0, 65).Select(static i => ($"k{i}", ""))]);
        AssertRefused(client, "labels[0].key", ("", "v"));
        AssertRefused(client, "labels[1].key", ("a", "v"), (new string('k', 129), "v"));
        AssertRefused(client, "labels[0].value", ("a", new string('v', 1025)));
        AssertRefused(client, "labels[1].key", ("a", "1"), ("a", "2"));
        AssertRefused(client, "labels", [.. Enumerable.Range(0, 5).Select(static i => ($"k{i}", new string('v', 1000)))]);
        Assert.False(client.Call(MessageType.Setup, SetupOf(("app", "orders"))).IsError);
    }

    private static SetupRequest SetupOf(params (string Key, string Value)[] labels)
    {
        SetupRequest setup = RawClient.NewSetup();
        setup.Labels.AddRange(labels.Select(static label => new Label { Key = label.Key, Value = label.Value }));
        return setup;
    }

    private static void AssertRefused(RawClient client, string field, params (string Key, string Value)[] labels)
    {
        ErrorReply error = client.Call(MessageType.Setup, SetupOf(labels)).Error;
        Assert.Equal((uint)ErrorCode.InvalidArgument, error.Code);
        Assert.Equal(field, error.Field);
    }

    private RawClient ConnectWith(params (string Key, string Value)[] labels)
    {
        RawClient client = _node.ConnectBare();
        client.SetUp(SetupOf(labels));
        return client;
    }

    private RawClient ConnectAs(byte[] instanceId)
    {
        RawClient client = _node.ConnectBare();
        SetupRequest setup = RawClient.NewSetup(instanceId);
        setup.Labels.Add(new Label { Key = "app", Value = "orders" });
        client.SetUp(setup);
        return client;
    }

    private RawClient Connect(string address)
    {
        RawClient client = _node.ConnectBare(address: address);
        client.SetUp();
        return client;
    }

    private double Metric(string name) => _node.Node.Metrics.Definitions.Single(metric => metric.Name == name).Read();

    private void Rules(string json) => _node.Node.Services.Limits.Replace(ConnectionRulesReader.Read(Encoding.UTF8.GetBytes(json)));
}
