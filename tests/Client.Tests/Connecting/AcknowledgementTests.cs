using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Connecting;

public sealed class AcknowledgementTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("A-2", "A-3")]
    public async Task A_push_that_asks_is_acknowledged_with_the_number_of_pushes_so_far()
    {
        await SubscribeAsync();
        Server.Push("orders", List(2));
        Server.Push("orders", List(3));
        Server.Push("orders", List(4), ackNow: true);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Ack).Count > 0);

        // The first list is a push too.
        Assert.Equal(4ul, Server.Last.Pushes);
        Assert.Equal(4ul, Acks()[^1]);
    }

    [Fact]
    [ProtocolRule("A-3")]
    public async Task A_push_that_does_not_ask_is_never_acknowledged()
    {
        (NamingClient client, ChangeLog log) = await SubscribeAsync();
        Server.Push("orders", List(2, new RegistryInstance("a", 1)));
        await _fixture.UntilAsync(() => log.Count == 2);
        await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey("x"), new RegistryInstance("10.0.0.1", 80)));
        await _fixture.PassUntilAsync(() => Server.Of(FrameKind.Ping).Count == 2);
        Assert.Empty(Acks());
        Assert.All(Server.Of(FrameKind.Ping), static ping => Assert.Equal(UInt64Body.Size, ping.Body.Length));
    }

    [Fact]
    [ProtocolRule("A-1", "V-4", "S-13")]
    public async Task Pushes_of_an_unknown_type_or_subscription_count_as_well()
    {
        await SubscribeAsync();
        Server.Last.Push(4711, List(2));
        Server.Last.Push(Server.SubscriptionOf("orders"), (MessageType)99, new UnsubscribeReply());
        Server.Push("orders", List(2), ackNow: true);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Ack).Count == 1);
        Assert.Equal([4ul], Acks());
    }

    [Fact]
    [ProtocolRule("A-1")]
    public async Task A_push_in_pieces_counts_when_its_last_piece_is_there_and_not_before()
    {
        (_, ChangeLog log) = await SubscribeAsync();
        Server.Last.GivesWay = false;
        Server.Last.Push(Server.SubscriptionOf("orders"), Large(2));
        Server.Push("orders", List(3), ackNow: true);
        await _fixture.UntilAsync(() => Acks().Count == 1);
        Assert.Equal([2ul], Acks());

        Server.Last.GivesWay = true;
        Server.Last.AddCredit(1, int.MaxValue);
        await _fixture.UntilAsync(() => Server.Last.Pushes == 3);
        Server.Push("orders", List(4, new RegistryInstance("a", 1)), ackNow: true);
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 4 && Acks().Count == 2);
        Assert.Equal([2ul, 4ul], Acks());
    }

    [Fact]
    [ProtocolRule("A-1")]
    public async Task A_push_that_the_server_gives_up_does_not_count()
    {
        await SubscribeAsync();
        ulong id = Server.SubscriptionOf("orders");
        Server.Last.GivesWay = false;
        Server.Last.Push(id, Large(2));
        Assert.True(Server.Last.GiveUp(FrameKind.Push, id));
        Server.Push("orders", List(3), ackNow: true);
        await _fixture.UntilAsync(() => Acks().Count == 1);
        Assert.Equal([2ul], Acks());
    }

    private static Snapshot List(ulong revision, params RegistryInstance[] instances) => ScriptedServer.List("orders", 1, revision, instances);

    private static Snapshot Large(ulong revision) => List(
        revision, [.. Enumerable.Range(0, 20_000).Select(i => new RegistryInstance($"10.1.{i / 250}.{i % 250}", 80) { Weight = 2 })]);

    private List<ulong> Acks() => [.. Server.Of(FrameKind.Ack).Select(static ack => UInt64Body.Read(ack.Body).Value)];

    private async Task<(NamingClient Client, ChangeLog Log)> SubscribeAsync()
    {
        NamingClient client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        await _fixture.UntilAsync(() => log.Count == 1);
        return (client, log);
    }
}
