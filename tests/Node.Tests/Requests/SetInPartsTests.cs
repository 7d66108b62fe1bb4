using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Requests;

/// <summary>A set that one request does not hold is registered in parts.</summary>
public sealed class SetInPartsTests : IDisposable
{
    private readonly NodeFixture _node = new(new LimitOptions { PublicationsPerClient = 20, Services = 3 });
    private readonly byte[] _id = RawClient.NewInstanceId();
    private readonly RawClient _client;
    private readonly RawClient _reader;

    public SetInPartsTests()
    {
        _client = _node.Connect(_id);
        _reader = _node.Connect();
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_replacing_set_of_three_parts_takes_away_at_its_last_part_what_none_of_them_named()
    {
        _client.Batch("s", replace: false, [.. Ports(1, 2, 3, 50)]);
        _reader.Register("s", NewInstance(99, ip: "10.0.0.9"));
        Part("s", 5, more: true, replace: true, 1);
        Assert.Equal([1, 2, 3, 50, 99], Listed("s"));
        Part("s", 5, more: true, replace: true, 2, 60);
        Assert.Equal([1, 2, 3, 50, 60, 99], Listed("s"));
        Part("s", 5, more: false, replace: true, 70);
        Assert.Equal([1, 2, 60, 70, 99], Listed("s"));
        Assert.Equal(0, _client.Session.OpenSets.Count);
    }

    [Fact]
    public void A_set_that_does_not_replace_takes_nothing_away()
    {
        _client.Batch("s", replace: false, [.. Ports(1, 2)]);
        Part("s", 5, more: true, replace: false, 3);
        Part("s", 5, more: false, replace: false, 4);
        Assert.Equal([1, 2, 3, 4], Listed("s"));
        Assert.Equal(0, _client.Session.OpenSets.Count);
    }

    [Fact]
    public void Only_the_last_part_says_whether_it_replaces()
    {
        _client.Register("s", 1);
        Part("s", 5, more: true, replace: true, 2);
        Part("s", 5, more: false, replace: false, 3);
        Assert.Equal([1, 2, 3], Listed("s"));
    }

    [Fact]
    public void A_part_of_another_set_drops_the_open_one_and_removes_nothing()
    {
        _client.Register("s", 1);
        Part("s", 5, more: true, replace: true, 2);
        Part("s", 6, more: true, replace: true, 3);
        Assert.Equal([1, 2, 3], Listed("s"));
        Assert.Equal(1, _client.Session.OpenSets.Count);
        Part("s", 6, more: false, replace: true, 4);
        Assert.Equal([3, 4], Listed("s"));
    }

    [Fact]
    public void Every_part_is_one_revision_and_one_push()
    {
        _reader.Subscribe(1, "s");
        Part("s", 5, more: true, replace: true, 1, 2, 3);
        Part("s", 5, more: false, replace: true, 4, 5);
        Assert.Equal([3, 5], _reader.ReadAll().Select(static push => push.Pushed.Instances.Count));
    }

    [Fact]
    public void Sets_of_two_services_go_on_beside_each_other()
    {
        _client.Register("s", 1);
        _client.Register("t", 1);
        Part("s", 5, more: true, replace: true, 2);
        Part("t", 5, more: true, replace: true, 3);
        Assert.Equal(2, _client.Session.OpenSets.Count);
        Part("s", 5, more: false, replace: true, 4);
        Part("t", 5, more: false, replace: true, 5);
        Assert.Equal([2, 4], Listed("s"));
        Assert.Equal([3, 5], Listed("t"));
    }

    [Fact]
    public void The_end_of_the_session_between_parts_takes_only_what_is_the_clients()
    {
        _reader.Register("s", NewInstance(99, ip: "10.0.0.9"));
        _client.Register("s", 1);
        Part("s", 5, more: true, replace: true, 2);
        _client.Close();
        Assert.Equal([99], Listed("s"));
        _reader.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_newer_session_of_the_client_does_not_go_on_with_the_set()
    {
        _client.Register("s", 1);
        Part("s", 5, more: true, replace: true, 2);
        RawClient newer = _node.Connect(_id);
        Assert.Equal([1, 2], Listed("s"));
        Part(newer, "s", 5, more: false, replace: true, 3);
        Assert.Equal([3], Listed("s"));
    }

    [Fact]
    public void Parts_without_a_number_are_invalid()
    {
        ErrorReply error = TryPart(_client, "s", 0, more: true, replace: true, 1).Error;
        Assert.Equal(((uint)ErrorCode.InvalidArgument, "set"), (error.Code, error.Field));
        Assert.Empty(Listed("s"));
    }

    [Fact]
    public void An_empty_last_part_completes_the_set_and_an_empty_part_before_it_is_invalid()
    {
        _client.Register("s", 1);
        Part("s", 5, more: true, replace: true, 2);
        ErrorReply error = TryPart(_client, "s", 5, more: true, replace: true).Error;
        Assert.Equal(((uint)ErrorCode.InvalidArgument, "instances"), (error.Code, error.Field));
        Part("s", 5, more: false, replace: true);
        Assert.Equal([2], Listed("s"));
        Part("s", 6, more: false, replace: true);
        Assert.Empty(Listed("s"));
    }

    [Fact]
    public void A_part_with_a_fault_registers_nothing_and_the_set_goes_on_without_it()
    {
        _client.Register("s", 1);
        Part("s", 5, more: true, replace: true, 2);
        Assert.Equal("instances[1].port", TryPart(_client, "s", 5, more: true, replace: true, 3, 70_000).Error.Field);
        Assert.Equal("instances[1]", TryPart(_client, "s", 5, more: true, replace: true, 3, 3).Error.Field);
        Assert.Equal([1, 2], Listed("s"));
        Part("s", 5, more: false, replace: true, 4);
        Assert.Equal([2, 4], Listed("s"));
    }

    [Fact]
    public void What_is_registered_beside_the_parts_is_not_of_the_set()
    {
        Part("s", 5, more: true, replace: true, 1);
        _client.Register("s", 2);
        _client.Deregister("s", 1);
        Part("s", 5, more: false, replace: true, 3);
        Assert.Equal([3], Listed("s"));
    }

    [Fact]
    public void A_set_beyond_what_a_client_may_publish_is_refused_and_takes_nothing_away()
    {
        _client.Batch("s", replace: false, [.. Ports([.. Enumerable.Range(1, 5)])]);
        Part("s", 5, more: true, replace: true, [.. Enumerable.Range(11, 15)]);
        ErrorReply error = TryPart(_client, "s", 5, more: false, replace: true, [.. Enumerable.Range(31, 6)]).Error;
        Assert.Equal((uint)ErrorCode.LimitExceeded, error.Code);
        Assert.Equal(20, Listed("s").Length);
        Assert.Equal(0, _client.Session.OpenSets.Count);
    }

    [Fact]
    public void A_last_part_that_would_fit_only_by_what_it_takes_away_is_taken()
    {
        _client.Batch("s", replace: false, [.. Ports([.. Enumerable.Range(1, 5)])]);
        Part("s", 5, more: true, replace: true, [.. Enumerable.Range(11, 15)]);
        Part("s", 5, more: false, replace: true, [.. Enumerable.Range(31, 5)]);
        Assert.Equal([.. Enumerable.Range(11, 15), .. Enumerable.Range(31, 5)], Listed("s"));
    }

    [Fact]
    public void Refused_parts_keep_no_set_open()
    {
        _client.Register("a", 1);
        _client.Register("b", 1);
        _client.Register("c", 1);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal((uint)ErrorCode.LimitExceeded, TryPart(_client, $"more{i}", 5, more: true, replace: true, 1).Error.Code);
        }

        Assert.Equal(0, _client.Session.OpenSets.Count);
    }

    private static Instance[] Ports(params int[] ports) => [.. ports.Select(static port => NewInstance(port))];

    private static ReceivedFrame TryPart(RawClient client, string service, uint set, bool more, bool replace, params int[] ports)
    {
        BatchRegisterRequest request = new() { Name = service, Set = set, More = more, Replace = replace };
        request.Instances.AddRange(Ports(ports));
        return client.Call(MessageType.BatchRegister, request);
    }

    private static void Part(RawClient client, string service, uint set, bool more, bool replace, params int[] ports) =>
        TryPart(client, service, set, more, replace, ports).Answer(RegisterReply.Parser);

    private void Part(string service, uint set, bool more, bool replace, params int[] ports) => Part(_client, service, set, more, replace, ports);

    private int[] Listed(string service) => _reader.Query(service).Ports();
}
