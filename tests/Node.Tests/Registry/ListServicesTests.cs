using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Registry;

public sealed class ListServicesTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _client;

    public ListServicesTests() => _client = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Services_with_an_instance_are_listed_sorted_and_paged()
    {
        foreach (int i in Enumerable.Range(0, 25).OrderBy(static i => i * 7 % 25))
        {
            _client.Register($"s{i:00}", 1);
        }

        _client.Subscribe(1, "only-subscribed");
        _client.Register("gone", 1);
        _client.Deregister("gone", 1);
        _client.Call(MessageType.Register, new RegisterRequest { Group = "other", Name = "x", Instance = NamingClient.NewInstance(1) });

        ListServicesReply all = List(0, 0);
        Assert.Equal(25u, all.Total);
        Assert.Equal(Enumerable.Range(0, 25).Select(static i => $"s{i:00}"), all.Names);
        Assert.Equal(["s10", "s11", "s12", "s13", "s14"], List(3, 5).Names);
        Assert.Equal(["s24"], List(3, 12).Names);
        Assert.Empty(List(4, 12).Names);
        Assert.Empty(List(uint.MaxValue, 10_000).Names);
        Assert.Equal(25u, List(4, 12).Total);
    }

    [Fact]
    public void Wrong_pages_and_names_are_refused()
    {
        Assert.Equal("page_size", _client.Call(MessageType.ListServices, new ListServicesRequest { PageSize = 10_001 }).Error.Field);
        Assert.Equal("page_size", _client.Call(MessageType.ListServices, new ListServicesRequest { PageSize = uint.MaxValue }).Error.Field);
        Assert.Equal("group", _client.Call(MessageType.ListServices, new ListServicesRequest { Group = "a b" }).Error.Field);
        Assert.Equal("namespace", _client.Call(MessageType.ListServices, new ListServicesRequest { Namespace = "a b" }).Error.Field);
    }

    private ListServicesReply List(uint page, uint size) =>
        _client.Call(MessageType.ListServices, new ListServicesRequest { PageNumber = page, PageSize = size }).Answer(ListServicesReply.Parser);
}
