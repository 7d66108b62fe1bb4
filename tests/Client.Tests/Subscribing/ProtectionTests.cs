using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Subscribing;

public sealed class ProtectionTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance A = new("10.0.0.1", 80);
    private readonly ClientFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_subscriber_hears_that_a_list_is_protected_and_is_no_more_even_when_no_instance_differs()
    {
        Snapshot first = ScriptedServer.List("orders", 1, 1, A);
        _fixture.Server.Lists["orders"] = first;
        NamingClient client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        Assert.False(log.Last.ProtectionReached);

        Snapshot isProtected = ScriptedServer.List("orders", 1, 2, A);
        isProtected.ProtectionReached = true;
        _fixture.Server.Push("orders", isProtected);
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.True(log.Last.ProtectionReached);
        Assert.Empty(log.Last.Modified);

        _fixture.Server.Push("orders", ScriptedServer.List("orders", 1, 3, A));
        await _fixture.UntilAsync(() => log.Count == 3);
        Assert.False(log.Last.ProtectionReached);
    }

    [Fact]
    public async Task An_override_is_visible_and_an_own_id_is_registered_and_listed()
    {
        RegistryInstance own = A with { InstanceId = "orders-1" };
        Snapshot list = ScriptedServer.List("orders", 1, 1, own);
        list.Instances[0].Overridden = true;
        _fixture.Server.Lists["orders"] = list;
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, own));

        RegisterRequest sent = Assert.Single(_fixture.Server.Requests(MessageType.Register)).Parse<RegisterRequest>();
        Assert.Equal("orders-1", sent.Instance.InstanceId);
        Assert.Equal(own with { IsOverridden = true }, Assert.Single(await client.GetInstancesAsync(Orders)));
    }
}
