using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Subscribing;

public sealed class SubscriptionTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance A = new("10.0.0.1", 80);
    private static readonly RegistryInstance B = new("10.0.0.2", 80);
    private static readonly RegistryInstance Other = new("10.0.0.3", 80) { Cluster = "other" };
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task The_list_as_it_is_comes_first_and_then_every_difference()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Assert.Equal([A], log.Last.Added);
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, A with { Weight = 3 }, B));
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([B], log.Last.Added);
        Assert.Equal([A with { Weight = 3 }], log.Last.Modified);
        Server.Push("orders", ScriptedServer.List("orders", 1, 3, B));
        await _fixture.UntilAsync(() => log.Count == 3);
        Assert.Equal("10.0.0.1", Assert.Single(log.Last.Removed).Ip);
        Assert.Equal((Orders, new ServiceVersion(1, 1, 3)), (log.Last.Service, log.Last.Version));
    }

    [Fact]
    public async Task An_empty_first_list_is_told_with_its_reason()
    {
        (_, ChangeLog log) = await SubscribeAsync();
        Assert.Empty(log.Last.Instances);
        Assert.Equal(EmptyReason.Deregistered, log.Last.EmptyReason);
    }

    [Fact]
    [ProtocolRule("L-3")]
    public async Task A_stale_push_is_ignored()
    {
        (NamingClient client, ChangeLog log) = await SubscribeAsync(A);
        Server.Push("orders", ScriptedServer.List("orders", 1, 5, A, B));
        Server.Push("orders", ScriptedServer.List("orders", 1, 4, A));
        Server.Push("orders", ScriptedServer.List("orders", 1, 5, B));
        Server.Push("orders", ScriptedServer.List("orders", 1, 6, A, B, Other));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 6);
        Assert.DoesNotContain(log.All, change => change.Version.Revision == 4 || !change.Removed.IsEmpty);
        Assert.Equal(3, (await _fixture.CompletesAsync(client.GetInstancesAsync(Orders))).Count);
    }

    [Fact]
    [ProtocolRule("S-3")]
    public async Task A_first_list_may_overtake_the_answer()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Subscribe] = frame =>
        {
            frame.On.Push(frame.Parse<SubscribeRequest>().Subscriptions[0].Id, ScriptedServer.List("orders", 1, 9, A, B));
            return new SubscribeReply();
        };
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count > 0);
        Assert.Equal(9ul, log.Last.Version.Revision);
    }

    [Fact]
    [ProtocolRule("L-3")]
    public async Task A_list_of_another_epoch_is_taken_whatever_its_revision()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Server.Push("orders", ScriptedServer.List("orders", 1, 100, A, B));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 100);
        Server.Push("orders", ScriptedServer.List("orders", 2, 3, B));
        await _fixture.UntilAsync(() => log.Last.Version == new ServiceVersion(1, 2, 3));
        Assert.Equal([B], log.Last.Instances);
    }

    [Fact]
    [ProtocolRule("S-13")]
    public async Task A_push_for_an_unknown_subscription_is_ignored()
    {
        (_, ChangeLog log) = await SubscribeAsync(A);
        Server.Last.Push(4711, ScriptedServer.List("orders", 1, 50, B));
        Server.Push("orders", ScriptedServer.List("orders", 1, 51, A, B));
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([B], log.Last.Added);
    }

    [Fact]
    [ProtocolRule("L-7", "L-8")]
    public async Task A_server_restart_never_shows_an_empty_or_shrunken_list()
    {
        (NamingClient client, ChangeLog log) = await SubscribeAsync(A, B);
        Server.Last.Close();
        Snapshot provisional = ScriptedServer.List("orders", 2, 1, A with { Weight = 7 }, Other);
        provisional.Provisional = true;
        Server.Lists["orders"] = provisional;
        await _fixture.PassUntilAsync(() => log.Count == 2);
        Assert.True(log.Last.IsProvisional);
        Assert.Empty(log.Last.Removed);
        Assert.Equal(3, log.Last.Instances.Length);
        Assert.Equal([Other], log.Last.Added);

        // The end of warm-up is the truth, even at the same revision.
        Server.Push("orders", ScriptedServer.List("orders", 2, 1, A, Other));
        await _fixture.UntilAsync(() => log.Count == 3);
        Assert.False(log.Last.IsProvisional);
        Assert.Equal([B], log.Last.Removed);
        Assert.Equal(2, (await _fixture.CompletesAsync(client.GetInstancesAsync(Orders))).Count);
    }

    [Fact]
    [ProtocolRule("L-7", "L-8")]
    public async Task A_provisional_empty_list_takes_nothing_away()
    {
        (NamingClient client, ChangeLog log) = await SubscribeAsync(A);
        Snapshot provisional = ScriptedServer.List("orders", 2, 1);
        provisional.Provisional = true;
        Server.Push("orders", provisional);
        await _fixture.UntilAsync(() => log.Last.IsProvisional);
        Assert.Equal([A], await _fixture.CompletesAsync(client.GetInstancesAsync(Orders)));
    }

    [Fact]
    public async Task The_old_list_is_served_while_disconnected()
    {
        (NamingClient client, _) = await SubscribeAsync(A);
        Server.IsDown = true;
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Reconnecting);
        Assert.Equal([A], await client.GetInstancesAsync(Orders));
        Assert.Equal(A, await client.SelectOneAsync(Orders));
    }

    [Fact]
    [ProtocolRule("T-11")]
    public async Task A_list_in_chunks_is_put_together_and_credit_is_given()
    {
        NamingClient client = await _fixture.ConnectAsync();
        RegistryInstance[] many = [.. Enumerable.Range(0, 20_000).Select(i => new RegistryInstance($"10.1.{i / 250}.{i % 250}", 80) { Weight = 2 })];
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, many);
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        Assert.Equal(20_000, log.Last.Instances.Length);
        Assert.NotEmpty(Server.Of(FrameKind.Credit));
        Server.Push("orders", ScriptedServer.List("orders", 1, 2, [.. many, A]), ackNow: true);
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([A], log.Last.Added);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Ack).Count == 1);
    }

    private async Task<(NamingClient Client, ChangeLog Log)> SubscribeAsync(params RegistryInstance[] instances)
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Lists["orders"] = ScriptedServer.List("orders", 1, 1, instances);
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        return (client, log);
    }
}
