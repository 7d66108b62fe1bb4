using System.Net;
using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.UdpPush;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Nacos.UdpPush;

public sealed class UdpSubscriberTests : IDisposable
{
    private static readonly IPEndPoint Target = new(IPAddress.Parse("10.0.0.9"), 54321);

    private readonly NodeFixture _fixture = new();
    private readonly DatagramCatcher _catcher = new();
    private readonly UdpSubscribers _subscribers;
    private readonly RegistryClient _provider = Make.Client();

    public UdpSubscriberTests()
    {
        _subscribers = new UdpSubscribers(_fixture.Registry, _fixture.Wheel, _fixture.Node.Switches);
        _subscribers.Use(_catcher);
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_change_is_a_datagram_exact_to_the_field()
    {
        Poll("s", "");
        Register(Make.Instance(80));
        (IPEndPoint target, byte[] bytes) = Assert.Single(_catcher.Sent);
        Assert.Equal(Target, target);
        JsonElement packet = DatagramCatcher.Read(bytes);
        long number = packet.GetProperty("lastRefTime").GetInt64();
        string list = $$"""
            {"name":"DEFAULT_GROUP@@s","clusters":"","cacheMillis":10000,"hosts":[{"instanceId":"10.0.0.1#80#DEFAULT#DEFAULT_GROUP@@s","ip":"10.0.0.1","port":80,"weight":1.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"DEFAULT","serviceName":"DEFAULT_GROUP@@s","metadata":{},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000,"instanceIdGenerator":"simple"}],"lastRefTime":{{number / 1000}},"checksum":"","allIPs":false,"reachProtectionThreshold":false,"valid":true}
            """;
        Assert.Equal(["type", "data", "lastRefTime"], packet.EnumerateObject().Select(static member => member.Name));
        Assert.Equal("dom", packet.GetProperty("type").GetString());
        Assert.Equal(list, packet.GetProperty("data").GetString());

        // What a client with doubles can count exactly.
        Assert.InRange(number, 1, (1L << 53) - 1);
    }

    [Fact]
    public void From_1024_bytes_on_a_datagram_is_compressed_and_disabled_and_other_clusters_are_left_out()
    {
        Poll("s", "east");
        Register([.. Enumerable.Range(1, 8).Select(static port => Make.Instance(port, cluster: port > 1 ? "east" : "west", enabled: port != 2, healthy: port != 3))]);
        byte[] bytes = Assert.Single(_catcher.Sent).Bytes;
        Assert.Equal([0x1f, 0x8b], bytes[..2]);
        JsonElement list = DatagramCatcher.ListOf(bytes);
        Assert.Equal([3, 4, 5, 6, 7, 8], list.GetProperty("hosts").EnumerateArray().Select(static host => host.GetProperty("port").GetInt32()).Order());
        Assert.Equal("east", list.GetProperty("clusters").GetString());
    }

    [Fact]
    public void An_acknowledged_datagram_is_not_sent_again()
    {
        Poll("s", "");
        Register(Make.Instance(80));
        _subscribers.Received(DatagramCatcher.AcknowledgementOf(_catcher.Sent[0].Bytes), Target);
        _fixture.AdvanceSeconds(25);
        Assert.Single(_catcher.Sent);
    }

    [Fact]
    public void One_that_is_not_acknowledged_is_sent_once_more_after_10_seconds_and_then_nothing_until_the_next_poll()
    {
        Poll("s", "");
        Register(Make.Instance(80));
        _subscribers.Received(DatagramCatcher.AcknowledgementOf(_catcher.Sent[0].Bytes), new IPEndPoint(Target.Address, 1));
        _fixture.AdvanceSeconds(9.9);
        Assert.Single(_catcher.Sent);
        _fixture.AdvanceSeconds(0.2);
        Assert.Equal(2, _catcher.Sent.Count);
        Assert.Equal(_catcher.Sent[0].Bytes, _catcher.Sent[1].Bytes);
        _fixture.AdvanceSeconds(15);
        Register(Make.Instance(81));
        Assert.Equal(2, _catcher.Sent.Count);
        Poll("s", "");
        Register(Make.Instance(82));
        Assert.Equal(3, _catcher.Sent.Count);
    }

    [Fact]
    public void A_newer_change_takes_the_place_of_one_that_waits_for_its_acknowledgement()
    {
        Poll("s", "");
        Register(Make.Instance(80));
        _fixture.AdvanceSeconds(5);
        Register(Make.Instance(81));
        _fixture.AdvanceSeconds(9);
        Assert.Equal(2, _catcher.Sent.Count);
        _fixture.AdvanceSeconds(2);
        Assert.Equal(_catcher.Sent[1].Bytes, _catcher.Sent[2].Bytes);
    }

    [Fact]
    public void Thirty_seconds_after_its_last_poll_a_subscriber_is_forgotten()
    {
        Poll("s", "");
        Poll("t", "");
        _fixture.AdvanceSeconds(20);
        Poll("s", "");
        _fixture.AdvanceSeconds(29.9);
        Assert.Equal((1, 2L), (_subscribers.Count, _fixture.Registry.SubscriptionCount));
        _fixture.AdvanceSeconds(0.3);
        Assert.Equal((0, 0L), (_subscribers.Count, _fixture.Registry.SubscriptionCount));
        Register(Make.Instance(80));
        Assert.Empty(_catcher.Sent);
        _fixture.Registry.Release(_provider);
        _fixture.AssertNothingHeld();
    }

    [Fact]
    public void A_suspended_process_forgets_nobody_and_gives_everybody_all_of_the_time_again()
    {
        Poll("s", "");
        _fixture.AdvanceSeconds(20);
        _fixture.Time.Suspend(TimeSpan.FromMinutes(10));
        _fixture.AdvanceSeconds(29.8);
        Assert.Equal((1, 1L), (_subscribers.Count, _fixture.Registry.SubscriptionCount));
        Register(Make.Instance(80));
        Assert.Single(_catcher.Sent);
        _fixture.AdvanceSeconds(0.4);
        Assert.Equal((0, 0L), (_subscribers.Count, _fixture.Registry.SubscriptionCount));
    }

    [Fact]
    public void An_acknowledgement_that_waited_while_the_process_was_suspended_comes_in_time()
    {
        Poll("s", "");
        Register(Make.Instance(80));
        _fixture.Time.Suspend(TimeSpan.FromSeconds(40));
        _fixture.AdvanceSeconds(5);
        _subscribers.Received(DatagramCatcher.AcknowledgementOf(_catcher.Sent[0].Bytes), Target);
        _fixture.AdvanceSeconds(20);
        Assert.Single(_catcher.Sent);
    }

    [Fact]
    public void Polling_again_is_the_same_subscription()
    {
        for (int i = 0; i < 5; i++)
        {
            Poll("s", "");
            Poll("s", "east");
        }

        Assert.Equal((1, 2L), (_subscribers.Count, _fixture.Registry.SubscriptionCount));
        Register(Make.Instance(80));
        Assert.Equal(2, _catcher.Sent.Count);
    }

    [Fact]
    public void A_subscriber_has_so_many_services_and_no_more()
    {
        for (int i = 0; i < UdpSubscriber.MaximumSubscriptions + 10; i++)
        {
            Poll($"s{i}", "");
        }

        Assert.Equal(UdpSubscriber.MaximumSubscriptions, _fixture.Registry.SubscriptionCount);
    }

    [Fact]
    public void A_list_larger_than_a_datagram_is_not_pushed()
    {
        Poll("s", "");
        Random random = new(3);
        Register([.. Enumerable.Range(1, 1000).Select(port => Make.Instance(port, metadata: Convert.ToHexString(Random(random, 256))))]);
        Assert.Empty(_catcher.Sent);
        Assert.Equal(1, _fixture.Node.Push.Workers[0].Failures);
        _fixture.AdvanceSeconds(31);
    }

    [Fact]
    public void With_pushes_switched_off_a_poll_subscribes_nobody()
    {
        _fixture.Node.Switch("pushEnabled", "false");
        Poll("s", "");
        Assert.Equal(0, _subscribers.Count);
    }

    [Fact]
    public void Everybody_with_the_same_view_is_sent_the_same_bytes()
    {
        for (int port = 1; port <= 50; port++)
        {
            _subscribers.Poll(new IPEndPoint(IPAddress.Loopback, port), new UdpPoll("10.0.0.9", "a", ""), Make.Key(), "");
        }

        Register(Make.Instance(80));
        Assert.Equal(50, _catcher.Sent.Count);
        Assert.All(_catcher.Sent, sent => Assert.Equal(_catcher.Sent[0].Bytes, sent.Bytes));
    }

    private static byte[] Random(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private void Poll(string service, string clusters) => _subscribers.Poll(Target, new UdpPoll("10.0.0.9", "Nacos-Java-Client:v1.4.6", "shop"), Make.Key(service), clusters);

    private void Register(params Instance[] instances)
    {
        _fixture.Registry.Register(_provider, "s", instances);
        _fixture.Pump();
    }
}
