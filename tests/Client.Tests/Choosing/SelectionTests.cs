using FastRegistry.Client.Choosing;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Choosing;

public sealed class SelectionTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private readonly ClientFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public void Picks_follow_the_weights_and_weight_zero_is_never_picked()
    {
        WeightedPicker picker = new(
        [
            new RegistryInstance("one", 1), new RegistryInstance("zero", 1) { Weight = 0 }, new RegistryInstance("three", 1) { Weight = 3 },
            new RegistryInstance("sick", 1) { Healthy = false }, new RegistryInstance("off", 1) { Enabled = false },
        ]);
        Random random = new(42);
        Dictionary<string, int> picks = [];
        for (int pick = 0; pick < 40_000; pick++)
        {
            string ip = picker.Pick(random.NextDouble())!.Ip;
            picks[ip] = picks.GetValueOrDefault(ip) + 1;
        }

        Assert.Equal(["one", "three"], picks.Keys.Order());
        Assert.InRange(picks["one"], 9_600, 10_400);
    }

    [Theory]
    [InlineData(0, "a")]
    [InlineData(0.4999, "a")]
    [InlineData(0.5, "b")]
    [InlineData(0.999999999, "b")]
    public void Borders_belong_to_the_next_instance(double random, string ip) =>
        Assert.Equal(ip, new WeightedPicker([new RegistryInstance("a", 1), new RegistryInstance("b", 1)]).Pick(random)!.Ip);

    [Fact]
    public async Task Nothing_eligible_is_null()
    {
        NamingClient client = await _fixture.ConnectAsync();
        _fixture.Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, new RegistryInstance("a", 1) { Healthy = false });
        Assert.Null(await _fixture.CompletesAsync(client.SelectOneAsync(Orders)));
    }

    [Fact]
    public async Task The_first_question_subscribes_and_later_ones_are_answered_from_memory()
    {
        NamingClient client = await _fixture.ConnectAsync();
        _fixture.Server.Lists["orders"] = ScriptedServer.List(
            "orders", 1, 1, new RegistryInstance("a", 1), new RegistryInstance("b", 1) { Healthy = false }, new RegistryInstance("c", 1) { Cluster = "x" });
        Assert.Equal(3, (await _fixture.CompletesAsync(client.GetInstancesAsync(Orders))).Count);
        Assert.Equal(["a", "c"], (await client.GetInstancesAsync(Orders, new InstanceQuery { Healthy = true })).Select(i => i.Ip));
        Assert.Equal(["b"], (await client.GetInstancesAsync(Orders, new InstanceQuery { Healthy = false })).Select(i => i.Ip));
        Assert.Equal("c", (await client.SelectOneAsync(Orders, new InstanceQuery { Clusters = ["x"] }))!.Ip);
        Assert.Single(_fixture.Server.Requests(MessageType.Subscribe));
        Assert.Empty(_fixture.Server.Requests(MessageType.Query));
    }

    [Fact]
    public async Task A_question_without_subscription_asks_the_server_every_time()
    {
        NamingClient client = await _fixture.ConnectAsync();
        InstanceQuery query = new() { Subscribe = false, Clusters = ["x"], Healthy = true };
        await _fixture.CompletesAsync(client.GetInstancesAsync(Orders, query));
        await _fixture.CompletesAsync(client.GetInstancesAsync(Orders, query));
        QueryRequest request = _fixture.Server.Requests(MessageType.Query)[1].Parse<QueryRequest>();
        Assert.Equal((true, "x"), (request.HealthyOnly, Assert.Single(request.Clusters)));
        Assert.Empty(client.GetSubscriptions());
    }
}
